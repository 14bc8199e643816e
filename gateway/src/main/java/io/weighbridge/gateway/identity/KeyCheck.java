package io.weighbridge.gateway.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.Refusal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the callers of one connection by API key. Confined to the connection's event loop.
 *
 * <p>A connection mostly carries one credential, and its HPACK table hands us the same object for
 * it each time: the last verdict is kept by that object and dies with the key table it was made
 * from.
 */
public final class KeyCheck {
  /** Who it is, or why not. */
  public sealed interface Answer {
    /** The credential is good. */
    record Known(Caller caller) implements Answer {}

    /** It is not. */
    record Refused(Refusal refusal) implements Answer {}
  }

  /** Nobody in particular, where no credential is asked for. */
  public static final Answer ANYONE = new Answer.Known(Caller.ANYONE);

  private static final Answer MISSING = new Answer.Refused(Refusal.CREDENTIALS_MISSING);
  private static final Answer INVALID = new Answer.Refused(Refusal.CREDENTIALS_INVALID);

  private static final byte[] SCHEME = "bearer ".getBytes(US_ASCII);
  private static final byte[] KEY_MARK = "wb_".getBytes(US_ASCII);

  /** Longest id of a key. */
  private static final int ID_BYTES_MAX = 32;

  /** Characters of a secret: 256 bits in unpadded base64url. */
  private static final int SECRET_BYTES = 43;

  /** What an unknown id is compared with, so that it takes as long as a known one. */
  private static final byte[] NO_SECRET = new byte[32];

  private final MessageDigest sha256;
  private @Nullable AsciiString lastValue;
  private @Nullable KeyTable lastTable;
  private Answer lastAnswer = MISSING;

  /** A check that has seen nothing yet. */
  public KeyCheck() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Identifies by the value of the {@code authorization} header.
   *
   * @param value null when the header is missing
   */
  @SuppressWarnings("ReferenceEquality") // Another table object is another truth, and may revoke.
  public Answer identify(@Nullable AsciiString value, KeyTable table) {
    if (value == null) {
      return MISSING;
    }
    if (table != lastTable || !sameAsLast(value)) {
      lastAnswer = verify(value, table);
      lastValue = value;
      lastTable = table;
    }
    return lastAnswer;
  }

  @SuppressWarnings("ReferenceEquality") // The HPACK table's own object spares the comparison.
  private boolean sameAsLast(AsciiString value) {
    AsciiString last = lastValue;
    return value == last
        || (last != null
            && value.length() == last.length()
            && MessageDigest.isEqual(value.toByteArray(), last.toByteArray()));
  }

  private Answer verify(AsciiString value, KeyTable table) {
    byte[] bytes = value.toByteArray();
    int idStart = SCHEME.length + KEY_MARK.length;
    int secretStart = bytes.length - SECRET_BYTES;
    int idBytes = secretStart - 1 - idStart;
    if (idBytes < 1
        || idBytes > ID_BYTES_MAX
        || bytes[secretStart - 1] != '_'
        || !schemeMatches(bytes)
        || !regionMatches(bytes, SCHEME.length, KEY_MARK)) {
      return INVALID;
    }
    KeyTable.StoredKey key = table.find(new String(bytes, idStart, idBytes, US_ASCII));
    sha256.update(bytes, secretStart, SECRET_BYTES);
    byte[] expected = key == null ? NO_SECRET : key.secretSha256();
    boolean same = MessageDigest.isEqual(sha256.digest(), expected);
    return key != null && same ? new Answer.Known(key.caller()) : INVALID;
  }

  private static boolean schemeMatches(byte[] bytes) {
    for (int i = 0; i < SCHEME.length; i++) {
      int c = bytes[i];
      if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != SCHEME[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean regionMatches(byte[] bytes, int offset, byte[] expected) {
    for (int i = 0; i < expected.length; i++) {
      if (bytes[offset + i] != expected[i]) {
        return false;
      }
    }
    return true;
  }
}
