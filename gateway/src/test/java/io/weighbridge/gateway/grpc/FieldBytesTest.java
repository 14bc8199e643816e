package io.weighbridge.gateway.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import org.junit.jupiter.api.Test;

class FieldBytesTest {
  @Test
  void findsEachForbiddenByteOfAValueWhereverItStands() {
    for (int length = 1; length <= 19; length++) {
      for (int place = 0; place < length; place++) {
        for (int b = 0; b < 256; b++) {
          boolean allowed = b == '\t' || (b >= ' ' && b != 0x7f);
          assertThat(FieldBytes.allValue(text(length, place, b)))
              .as("%02x at %d of %d", b, place, length)
              .isEqualTo(allowed);
        }
      }
    }
  }

  @Test
  void looksOnlyAtTheTextsOwnBytes() {
    byte[] around = "\nabcdefghij\n".getBytes(ISO_8859_1);
    assertThat(FieldBytes.allValue(new AsciiString(around, 1, 10, false))).isTrue();
    assertThat(FieldBytes.allValue(new AsciiString(around, 1, 11, false))).isFalse();
    assertThat(FieldBytes.allValue(new AsciiString(around, 0, 10, false))).isFalse();
  }

  /** Bytes of each kind that is allowed, and one that is given. */
  private static AsciiString text(int length, int place, int b) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) "a\t \u00ff~!\u0080Z".charAt(i % 8);
    }
    bytes[place] = (byte) b;
    return new AsciiString(bytes, false);
  }
}
