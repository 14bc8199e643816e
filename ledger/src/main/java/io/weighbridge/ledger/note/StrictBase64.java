package io.weighbridge.ledger.note;

import java.util.Base64;

/**
 * Standard base64 (RFC 4648, 4) of which every bit counts. Java's decoder forgives unused bits and
 * missing padding; in evidence a flipped bit is damage.
 */
public final class StrictBase64 {
  private StrictBase64() {}

  /** The text form. */
  public static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * The bytes.
   *
   * @throws IllegalArgumentException when encoding them again gives another text
   */
  public static byte[] decode(String text) {
    byte[] bytes = Base64.getDecoder().decode(text);
    if (!encode(bytes).equals(text)) {
      throw new IllegalArgumentException("base64 with stray bits or without padding");
    }
    return bytes;
  }
}
