package io.weighbridge.gateway.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.NanoClock;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HostLoopTest {
  private static final AttestationTiming FAST =
      new AttestationTiming(TimeUnit.MILLISECONDS.toNanos(600), 0);

  @Test
  void asksAgainAfterAnErrorOfOurs() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(3);
    HostLoop.Attempt breaking =
        new HostLoop.Attempt() {
          @Override
          public boolean isDue() {
            return true;
          }

          @Override
          public boolean run() {
            asked.countDown();
            throw new LinkageError("a class is missing");
          }
        };
    try (HostLoop loop =
        new HostLoop("a", breaking, FAST, NanoClock.SYSTEM, new SplittableRandom(1))) {
      loop.start();
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
