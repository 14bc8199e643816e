package io.weighbridge.ledger.note;

import io.weighbridge.ledger.tree.TreeHash;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A verifier key of C2SP signed-note, Ed25519: {@code <name>+<key id>+<base64(0x01 || key)>}.
 * Immutable.
 *
 * @param name of the key, which for a log is its origin
 * @param publicKey the 32 bytes of RFC 8032
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by content below.
public record NoteKey(String name, byte[] publicKey) {
  static final byte ED25519 = 1;
  static final int ID_BYTES = 4;

  private static final int KEY_BYTES = 32;

  /** Bytes of a SubjectPublicKeyInfo in front of an Ed25519 key (RFC 8410). */
  private static final byte[] SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  /** Checks name and length. */
  public NoteKey {
    if (name.isEmpty() || name.chars().anyMatch(c -> c == '+' || Character.isWhitespace(c))) {
      throw new IllegalArgumentException("a key's name has no space and no plus: " + name);
    }
    if (publicKey.length != KEY_BYTES) {
      throw new IllegalArgumentException("an Ed25519 key has 32 bytes, not " + publicKey.length);
    }
    publicKey = publicKey.clone();
  }

  /** From the key pair's public half. */
  static NoteKey of(String name, PublicKey key) {
    byte[] encoded = key.getEncoded();
    return new NoteKey(
        name, Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length));
  }

  /**
   * Reads the text form; white space around it is ignored.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static NoteKey parse(String text) {
    String[] parts = text.strip().split("\\+", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("a verifier key is NAME+ID+KEY, found: " + text.strip());
    }
    byte[] typed = StrictBase64.decode(parts[2]);
    if (typed.length != 1 + KEY_BYTES || typed[0] != ED25519) {
      throw new IllegalArgumentException("not an Ed25519 verifier key: " + text.strip());
    }
    NoteKey key = new NoteKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
    if (!HexFormat.of().formatHex(key.id()).equals(parts[1])) {
      throw new IllegalArgumentException("the key id does not belong to the key: " + text.strip());
    }
    return key;
  }

  /** The four bytes that say which key signed. */
  public byte[] id() {
    MessageDigest sha256 = TreeHash.sha256();
    sha256.update(name.getBytes(StandardCharsets.UTF_8));
    sha256.update((byte) '\n');
    sha256.update(ED25519);
    return Arrays.copyOf(sha256.digest(publicKey), ID_BYTES);
  }

  /** Whether the signature is this key's over the text. */
  public boolean verifies(byte[] text, byte[] signature) {
    try {
      byte[] encoded = Arrays.copyOf(SPKI_PREFIX, SPKI_PREFIX.length + KEY_BYTES);
      System.arraycopy(publicKey, 0, encoded, SPKI_PREFIX.length, KEY_BYTES);
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
      ed25519.update(text);
      return ed25519.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The text form. */
  @Override
  public String toString() {
    byte[] typed = new byte[1 + KEY_BYTES];
    typed[0] = ED25519;
    System.arraycopy(publicKey, 0, typed, 1, KEY_BYTES);
    return name + "+" + HexFormat.of().formatHex(id()) + "+" + StrictBase64.encode(typed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NoteKey key
        && name.equals(key.name)
        && Arrays.equals(publicKey, key.publicKey);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(publicKey);
  }
}
