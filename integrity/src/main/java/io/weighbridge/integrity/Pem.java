package io.weighbridge.integrity;

import java.util.Base64;

/** PEM text of RFC 7468, one labelled block at a time. Stateless. */
final class Pem {
  private static final int LINE_LENGTH = 64;

  private Pem() {}

  static String encode(String label, byte[] der) {
    Base64.Encoder lines = Base64.getMimeEncoder(LINE_LENGTH, new byte[] {'\n'});
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, lines.encodeToString(der), label);
  }

  /** Finds the first block of this label; other blocks and text before and after are skipped. */
  static byte[] decode(String pem, String label) {
    String begin = "-----BEGIN " + label + "-----";
    String end = "-----END " + label + "-----";
    int from = pem.indexOf(begin);
    int to = pem.indexOf(end, Math.max(from, 0));
    if (from < 0 || to < 0) {
      throw new IllegalArgumentException("holds no PEM block " + label);
    }
    String body = pem.substring(from + begin.length(), to).replaceAll("\\s", "");
    try {
      return Base64.getDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the PEM block " + label + " is not base64: " + e.getMessage(), e);
    }
  }
}
