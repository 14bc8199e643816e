package io.weighbridge.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyBucketsTest {
  @Test
  void holdsWhatIsAboveTheBoundBeforeAndAtMostItsOwn() {
    for (int i = 0; i < LatencyBuckets.COUNT - 1; i++) {
      long boundNs = LatencyBuckets.boundNs(i);
      assertThat(LatencyBuckets.index(boundNs)).as("%d ns", boundNs).isEqualTo(i);
      assertThat(LatencyBuckets.index(boundNs + 1)).as("%d ns", boundNs + 1).isEqualTo(i + 1);
    }
  }

  @Test
  void boundsRiseFromEightMicrosecondsToOverAMinute() {
    double[] seconds = LatencyBuckets.boundsSeconds();
    assertThat(seconds).isSorted().hasSize(LatencyBuckets.COUNT);
    assertThat(seconds[0]).isEqualTo(8.192e-6);
    assertThat(seconds[LatencyBuckets.COUNT - 2]).isBetween(60.0, 70.0);
    assertThat(seconds[LatencyBuckets.COUNT - 1]).isInfinite();
  }

  @Test
  void takesAnyDuration() {
    assertThat(LatencyBuckets.index(0)).isZero();
    assertThat(LatencyBuckets.index(-1)).isZero();
    assertThat(LatencyBuckets.index(Long.MAX_VALUE)).isEqualTo(LatencyBuckets.COUNT - 1);
  }
}
