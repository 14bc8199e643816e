package io.weighbridge.gateway.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.AsciiString;

/** How {@code grpc-message} carries text: UTF-8, percent-encoded (gRPC over HTTP/2, "Status"). */
public final class PercentEncoding {
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(UTF_8);
  private static final int ESCAPE_BYTES = 3;

  private PercentEncoding() {}

  /**
   * Encodes as many whole characters as fit into {@code bytesMax}. A space at either end is
   * escaped, because a header value must not begin or end with one.
   */
  public static AsciiString encode(String text, int bytesMax) {
    byte[] utf8 = text.getBytes(UTF_8);
    byte[] out = new byte[Math.min(ESCAPE_BYTES * utf8.length, bytesMax)];
    int length = 0;
    int wholeLength = 0;
    for (int i = 0; i < utf8.length; i++) {
      byte b = utf8[i];
      if (!continuesCharacter(b)) {
        wholeLength = length;
      }
      boolean plain = isPlain(b) && (b != ' ' || (i > 0 && i < utf8.length - 1));
      if (length + (plain ? 1 : ESCAPE_BYTES) > out.length) {
        return new AsciiString(out, 0, wholeLength, true);
      }
      if (plain) {
        out[length++] = b;
      } else {
        out[length++] = '%';
        out[length++] = HEX[(b >> 4) & 0xf];
        out[length++] = HEX[b & 0xf];
      }
    }
    return new AsciiString(out, 0, length, true);
  }

  private static boolean isPlain(byte b) {
    return b >= ' ' && b <= '~' && b != '%';
  }

  private static boolean continuesCharacter(byte b) {
    return (b & 0xc0) == 0x80;
  }

  /** Decodes; what is no valid escape stays as it is, so that no message is ever lost. */
  public static String decode(AsciiString encoded) {
    byte[] out = new byte[encoded.length()];
    int length = 0;
    for (int i = 0; i < encoded.length(); i++) {
      byte b = encoded.byteAt(i);
      if (b == '%' && i + ESCAPE_BYTES <= encoded.length()) {
        int high = Character.digit(encoded.byteAt(i + 1), 16);
        int low = Character.digit(encoded.byteAt(i + 2), 16);
        if (high >= 0 && low >= 0) {
          out[length++] = (byte) (16 * high + low);
          i += ESCAPE_BYTES - 1;
          continue;
        }
      }
      out[length++] = b;
    }
    return new String(out, 0, length, UTF_8);
  }
}
