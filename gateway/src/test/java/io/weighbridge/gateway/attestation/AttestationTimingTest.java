package io.weighbridge.gateway.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttestationTimingTest {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  private final AttestationTiming timing = AttestationTiming.DEFAULT;
  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void asksEveryPeriodGiveOrTakeATenth() {
    long leastNs = Long.MAX_VALUE;
    long mostNs = 0;
    for (int i = 0; i < 10_000; i++) {
      long nextNs = timing.nextNs(random);
      leastNs = Math.min(leastNs, nextNs);
      mostNs = Math.max(mostNs, nextNs);
    }
    assertThat(leastNs).isBetween(54 * SECOND_NS, 55 * SECOND_NS);
    assertThat(mostNs).isBetween(65 * SECOND_NS, 66 * SECOND_NS);
  }

  @Test
  void retriesWithDoublingPausesUpToTenSeconds() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(timing.retryNs(1, random)).isBetween(SECOND_NS / 2, SECOND_NS);
      assertThat(timing.retryNs(3, random)).isBetween(2 * SECOND_NS, 4 * SECOND_NS);
      assertThat(timing.retryNs(1_000_000, random)).isBetween(5 * SECOND_NS, 10 * SECOND_NS);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 30, 60})
  void retriesOfALongPeriodStayApartHoweverManyFailed(int minutes) {
    long periodNs = TimeUnit.MINUTES.toNanos(minutes);
    AttestationTiming slow = new AttestationTiming(periodNs, 0);
    for (int failures = 5; failures <= 100; failures++) {
      assertThat(slow.retryNs(failures, random)).isBetween(periodNs / 12, periodNs / 6);
    }
  }

  @Test
  void aProofHoldsForThreePeriods() {
    assertThat(timing.holdNs()).isEqualTo(180 * SECOND_NS);
    assertThat(timing.pauseMinNs()).isEqualTo(SECOND_NS);
    assertThat(timing.staleMaxNs()).isEqualTo(15 * 60 * SECOND_NS);
  }
}
