package io.weighbridge.integrity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** A SHA-256 digest, written {@code sha256:<64 lower-case hex digits>}. Immutable. */
public final class Digest implements Comparable<Digest> {
  /** Bytes of a SHA-256 digest. */
  public static final int SIZE_BYTES = 32;

  private static final String PREFIX = "sha256:";

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException for any other form, upper-case digits included
   */
  public static Digest parse(String text) {
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException(
          "a digest is sha256:<64 hex digits>, found \"" + text + "\"");
    }
    return ofHex(text.substring(PREFIX.length()));
  }

  /**
   * Reads 64 lower-case hex digits.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Digest ofHex(String hex) {
    if (hex.length() != 2 * SIZE_BYTES || !isLowerHex(hex)) {
      throw new IllegalArgumentException(
          "a SHA-256 digest is 64 lower-case hex digits, found \"" + hex + "\"");
    }
    return new Digest(HexFormat.of().parseHex(hex));
  }

  /**
   * Takes the 32 raw bytes, copied.
   *
   * @throws IllegalArgumentException when there are not 32
   */
  public static Digest ofBytes(byte[] raw) {
    if (raw.length != SIZE_BYTES) {
      throw new IllegalArgumentException(
          "a SHA-256 digest is 32 bytes, found " + raw.length + " bytes");
    }
    return new Digest(raw.clone());
  }

  /** The digest of these bytes. */
  public static Digest sha256(byte[] content) {
    return new Digest(newSha256().digest(content));
  }

  /** A fresh SHA-256 computation; every JDK has one. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }

  private static boolean isLowerHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** The 32 raw bytes, a copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The 64 hex digits without the prefix. */
  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public int compareTo(Digest other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest digest && Arrays.equals(bytes, digest.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return PREFIX + hex();
  }
}
