package io.weighbridge.gateway.upstream.health;

import static io.weighbridge.gateway.upstream.health.Fleet.MS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** When answers are late, by counts of two event loops. */
class LatePointTest {
  private static final int SLOT = 5;
  private static final long NEVER = Long.MAX_VALUE;
  private static final long SECOND = 1_000 * MS;

  private final LatencyCounts[] loops = {new LatencyCounts(), new LatencyCounts()};
  private final LatePoint late = new LatePoint();
  private long nowNs = SECOND;

  private void answers(int count, long latencyNs) {
    for (int i = 0; i < count; i++) {
      loops[i % loops.length].add(SLOT, latencyNs);
    }
  }

  private long look() {
    int[] sums = new int[LatencyCounts.BUCKETS];
    boolean any = false;
    for (LatencyCounts loop : loops) {
      any |= loop.addTo(SLOT, sums);
    }
    if (any) {
      late.take(sums, nowNs);
    }
    return late.ns();
  }

  @Test
  void fewAnswersSayNothing() {
    assertThat(look()).isEqualTo(NEVER);
    answers(LatePoint.ANSWERS_MIN - 1, 20 * MS);
    assertThat(look()).isEqualTo(NEVER);
    answers(1, 20 * MS);
    assertThat(look()).isBetween(20 * MS, 25 * MS);
  }

  @Test
  void oneInTwentyIsLater() {
    answers(950, 20 * MS);
    answers(50, 900 * MS);
    assertThat(look()).isBetween(20 * MS, 25 * MS);
    answers(3, 900 * MS);
    assertThat(look()).isBetween(900 * MS, 1_125 * MS);
  }

  @Test
  void whatWasLongAgoIsForgottenThoughNobodyLookedSince() {
    answers(100_000, 20 * MS);
    look();
    nowNs += 30 * LatePoint.HALF_LIFE_NS;
    answers(LatePoint.ANSWERS_MIN, 900 * MS);
    assertThat(look()).isBetween(900 * MS, 1_125 * MS);
    answers(1_000, 20 * MS);
    nowNs += LatePoint.HALF_LIFE_NS / 2;
    assertThat(look()).isBetween(900 * MS, 1_125 * MS);
  }

  @Test
  void itIsAsExactAsItsBuckets() {
    Random random = new Random(1);
    for (int round = 0; round < 20; round++) {
      long[] latenciesNs = new long[2_000];
      LatePoint fresh = new LatePoint();
      LatencyCounts counts = new LatencyCounts();
      double scale = 10 + random.nextInt(500);
      for (int i = 0; i < latenciesNs.length; i++) {
        latenciesNs[i] = (long) (scale * MS * (1 - Math.log(1 - random.nextDouble())));
        counts.add(SLOT, latenciesNs[i]);
      }
      int[] sums = new int[LatencyCounts.BUCKETS];
      counts.addTo(SLOT, sums);
      fresh.take(sums, nowNs);
      Arrays.sort(latenciesNs);
      long exactNs = latenciesNs[latenciesNs.length * 95 / 100 - 1];
      assertThat(fresh.ns()).isBetween(exactNs, exactNs + exactNs / 4);
    }
  }

  @Test
  void bucketsFollowEachOtherWithoutAGap() {
    for (int bucket = 0; bucket < LatencyCounts.BUCKETS - 1; bucket++) {
      long boundNs = LatencyCounts.boundNs(bucket);
      assertThat(LatencyCounts.bucket(boundNs)).isEqualTo(bucket);
      assertThat(LatencyCounts.bucket(boundNs + 1)).isEqualTo(bucket + 1);
    }
    assertThat(LatencyCounts.bucket(0)).isZero();
    assertThat(LatencyCounts.bucket(NEVER)).isEqualTo(LatencyCounts.BUCKETS - 1);
    assertThat(LatencyCounts.boundNs(LatencyCounts.BUCKETS - 1)).isEqualTo(NEVER);
  }

  @Test
  void whatWasLongAgoIsForgotten() {
    answers(4_000, 500 * MS);
    look();
    int halves = 0;
    while (look() >= 500 * MS) {
      nowNs += LatePoint.HALF_LIFE_NS;
      answers(1_000, 20 * MS);
      assertThat(halves++).isLessThan(6);
    }
    assertThat(halves).isGreaterThan(2);
  }

  @Test
  void seldomCallsAreRememberedForLonger() {
    answers(LatePoint.ANSWERS_MIN, 20 * MS);
    for (int i = 0; i < 100; i++) {
      nowNs += LatePoint.HALF_LIFE_NS;
      assertThat(look()).isBetween(20 * MS, 25 * MS);
    }
  }

  @Test
  void countsThatWrapAreCountedOn() {
    int[] nearlyAll = new int[LatencyCounts.BUCKETS];
    nearlyAll[7] = Integer.MAX_VALUE;
    late.take(nearlyAll, nowNs);
    int[] wrapped = new int[LatencyCounts.BUCKETS];
    wrapped[7] = Integer.MIN_VALUE + 1_000;
    late.take(wrapped, nowNs);
    assertThat(late.ns()).isEqualTo(LatencyCounts.boundNs(7));
  }

  @Test
  void versionsDoNotShare() {
    answers(1_000, 20 * MS);
    assertThat(loops[0].addTo(SLOT + 1, new int[LatencyCounts.BUCKETS])).isFalse();
    assertThat(loops[0].addTo(SLOT - 1, new int[LatencyCounts.BUCKETS])).isFalse();
  }
}
