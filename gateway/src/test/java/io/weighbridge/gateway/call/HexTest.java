package io.weighbridge.gateway.call;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HexTest {
  @Test
  void writesWhatTheJdkWrites() {
    Random random = new Random(7);
    byte[] out = new byte[18];
    for (int i = 0; i < 10_000; i++) {
      long value = random.nextLong();
      Hex.put16(out, 1, value);
      assertThat(text(out, 1, 16)).isEqualTo(HexFormat.of().toHexDigits(value));
      Hex.put4and4(out, 0, value);
      String low = HexFormat.of().toHexDigits((int) value);
      assertThat(text(out, 0, 4) + text(out, 5, 4)).isEqualTo(low);
    }
  }

  @Test
  void readsWhatItWrites() {
    Random random = new Random(8);
    byte[] text = new byte[10];
    for (int i = 0; i < 10_000; i++) {
      long value = random.nextInt() & 0xffff_ffffL;
      Hex.put8(text, 2, value);
      assertThat(Hex.get8(text, 2)).isEqualTo(value);
    }
  }

  @Test
  void takesEachOfTheSixteenDigitsAndNothingElse() {
    for (int b = 0; b < 256; b++) {
      for (int place = 0; place < 8; place++) {
        byte[] text = "00000000".getBytes(US_ASCII);
        text[place] = (byte) b;
        int digit = b < 128 ? "0123456789abcdef".indexOf(b) : -1;
        long expected = digit < 0 ? -1 : ((long) digit) << (4 * (7 - place));
        assertThat(Hex.get8(text, 0)).as("byte %d at %d", b, place).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ABCDEF01", "0123456g", "-1234567", "0123456 "})
  void refusesWhatIsNoLowerCaseHex(String text) {
    assertThat(Hex.get8(text.getBytes(US_ASCII), 0)).isNegative();
  }

  private static String text(byte[] bytes, int from, int length) {
    return new String(bytes, from, length, US_ASCII);
  }
}
