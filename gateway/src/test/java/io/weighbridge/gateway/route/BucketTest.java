package io.weighbridge.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BucketTest {
  // The key 00 01 .. 0f of the paper's appendix, as two little-endian words.
  private static final long K0 = 0x0706050403020100L;
  private static final long K1 = 0x0f0e0d0c0b0a0908L;

  /** The authors' published outputs for the messages 00 01 .. of each length; 15 is the paper's. */
  @ParameterizedTest
  @CsvSource({
    "0, 726fdb47dd0e0e31",
    "1, 74f839c593dc67fd",
    "2, 0d6c8009d9a94f5a",
    "3, 85676696d7fb7e2d",
    "7, ab0200f58b01d137",
    "8, 93f5f5799a932462",
    "15, a129ca6149be45e5",
  })
  void isSipHash24(int length, String expected) {
    byte[] message = new byte[length + 3];
    for (int i = 0; i < length; i++) {
      message[i + 2] = (byte) i;
    }
    long hash = Bucket.hash(K0, K1, message, 2, length);
    assertThat(HexFormat.of().toHexDigits(hash)).isEqualTo(expected);
  }

  @Test
  void isTheUnsignedRemainder() {
    byte[] message = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e");
    long remainder = Long.remainderUnsigned(0xa129ca6149be45e5L, 1_000_000);
    assertThat(Bucket.of(K0, K1, message, 0, message.length)).isEqualTo((int) remainder);
  }

  @Test
  void spreadsKeysEvenlyAndDifferentlyPerSalt() {
    int[] tenths = new int[10];
    int same = 0;
    for (int user = 0; user < 10_000; user++) {
      byte[] key = ("user-" + user).getBytes(StandardCharsets.UTF_8);
      int bucket = Bucket.of(1, 2, key, 0, key.length);
      tenths[bucket / 100_000]++;
      same += bucket == Bucket.of(1, 3, key, 0, key.length) ? 1 : 0;
    }
    // 1,000 expected with a standard deviation of 30; the keys are fixed, so this never flickers.
    for (int count : tenths) {
      assertThat(count).isBetween(880, 1_120);
    }
    assertThat(same).isLessThan(10);
  }
}
