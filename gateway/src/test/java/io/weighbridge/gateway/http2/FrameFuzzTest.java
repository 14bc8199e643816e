package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Any bytes as a peer's: they end well or in an error, however they were cut. */
class FrameFuzzTest {
  /** How the input begins: whose peer it is and how it is cut. */
  private static final int PLAN_BYTES = 3;

  private static final int SERVER = 1;
  private static final int GREETED = 2;
  private static final byte[] SETTINGS = {0, 0, 0, FrameFormat.SETTINGS, 0, 0, 0, 0, 0};

  @FuzzTest
  void hearsTheSameHoweverItIsCut(byte[] input) {
    if (input.length < PLAN_BYTES) {
      return;
    }
    boolean server = (input[0] & SERVER) != 0;
    byte[] bytes = Arrays.copyOfRange(input, PLAN_BYTES, input.length);
    if ((input[0] & GREETED) != 0) {
      bytes = server ? joined(FrameWriter.PREFACE, SETTINGS, bytes) : joined(SETTINGS, bytes);
    }
    long seed = 256L * input[1] + input[2];
    try (HeardConnection whole = new HeardConnection(server, TestLimits.patient());
        HeardConnection cut = new HeardConnection(server, TestLimits.patient());
        HeardConnection hasty = new HeardConnection(server, TestLimits.patient())) {
      whole.feed(bytes, 0, bytes.length);
      feed(cut, bytes, new SplittableRandom(seed), false);
      // When it writes decides which streams are over when a late frame comes: no comparison.
      feed(hasty, bytes, new SplittableRandom(seed), true);
      assertThat(cut.heard()).isEqualTo(whole.heard());
      whole.flush();
      cut.flush();
      hasty.sweep();
    }
  }

  private static void feed(
      HeardConnection connection, byte[] bytes, SplittableRandom random, boolean flushed) {
    for (int at = 0; at < bytes.length; ) {
      int part = Math.min(bytes.length - at, 1 + random.nextInt(1 + random.nextInt(40)));
      connection.feed(bytes, at, part);
      at += part;
      if (flushed) {
        connection.flush();
      }
    }
  }

  private static byte[] joined(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
