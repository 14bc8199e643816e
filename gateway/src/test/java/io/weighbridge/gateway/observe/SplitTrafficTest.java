package io.weighbridge.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.weighbridge.gateway.call.Slots;
import org.junit.jupiter.api.Test;

class SplitTrafficTest {
  private static final long MS = 1_000_000;

  private final Slots slots = new Slots();
  private final CallMetrics metrics = new CallMetrics(2, slots);
  private final SplitTraffic traffic = new SplitTraffic(metrics);
  private final int stable = slots.of("m", "1");
  private final int canary = slots.of("m", "2");

  @Test
  void showsNothingBeforeTheFirstCall() {
    assertThat(traffic.figures(stable)).isEqualTo(new SplitTraffic.Figures(0, 0, 0, 0, 0, 0));
  }

  @Test
  void sharesAreOfTheModelsCallsOnAllLoops() {
    for (int i = 0; i < 90; i++) {
      metrics.loop(i % 2).splitRouted(stable, 0, MS, i * MS);
    }
    for (int i = 0; i < 10; i++) {
      metrics.loop(i % 2).splitRouted(canary, i == 0 ? 14 : 0, MS, i * MS);
    }
    int other = slots.of("other", "1");
    metrics.loop(0).splitRouted(other, 0, MS, 0);

    SplitTraffic.Figures figures = traffic.figures(canary);
    assertThat(figures.modelCalls()).isEqualTo(100);
    assertThat(figures.calls()).isEqualTo(10);
    assertThat(figures.sharePpm()).isEqualTo(100_000);
    assertThat(figures.errorPpm()).isEqualTo(100_000);
    assertThat(traffic.figures(stable).sharePpm()).isEqualTo(900_000);
    assertThat(traffic.figures(other).sharePpm()).isEqualTo(1_000_000);
  }

  @Test
  void quantilesAreOfCallsThatEndedOk() {
    for (int i = 1; i <= 100; i++) {
      metrics.loop(0).splitRouted(stable, 0, i * MS, i * MS);
      metrics.loop(0).splitRouted(stable, 13, 9_000 * MS, i * MS);
    }
    SplitTraffic.Figures figures = traffic.figures(stable);
    assertThat(figures.p50Ns()).isCloseTo(50 * MS, within(MS));
    assertThat(figures.p99Ns()).isCloseTo(99 * MS, within(2 * MS));
    assertThat(figures.errorPpm()).isEqualTo(500_000);
  }

  @Test
  void aVersionWhoseCallsAllFailedHasNoQuantiles() {
    metrics.loop(0).splitRouted(stable, 14, MS, 0);
    SplitTraffic.Figures figures = traffic.figures(stable);
    assertThat(figures.p50Ns()).isZero();
    assertThat(figures.errorPpm()).isEqualTo(1_000_000);
  }

  @Test
  void keepsTheLastTenThousandOfOneLoop() {
    for (int i = 0; i < 15_000; i++) {
      metrics.loop(0).splitRouted(i < 7_500 ? stable : canary, 0, MS, i * MS);
    }
    SplitTraffic.Figures figures = traffic.figures(canary);
    assertThat(figures.modelCalls()).isEqualTo(10_000);
    assertThat(figures.calls()).isEqualTo(7_500);
  }

  @Test
  void keepsTheNewestTenThousandOfAllLoops() {
    for (int i = 0; i < 10_000; i++) {
      metrics.loop(0).splitRouted(stable, 0, MS, i * MS);
    }
    for (int i = 0; i < 4_000; i++) {
      metrics.loop(1).splitRouted(canary, 0, MS, (10_000L + i) * MS);
    }
    assertThat(traffic.figures(canary).calls()).isEqualTo(4_000);
    assertThat(traffic.figures(stable).calls()).isEqualTo(6_000);
  }

  @Test
  void newestSurvivesTheWrapOfTheClockInEntries() {
    long wrapNs = (1L << 32) * MS;
    for (int i = 0; i < 10_000; i++) {
      metrics.loop(0).splitRouted(stable, 0, MS, wrapNs - 10_000 * MS + i * MS);
    }
    for (int i = 0; i < 4_000; i++) {
      metrics.loop(1).splitRouted(canary, 0, MS, wrapNs + i * MS);
    }
    assertThat(traffic.figures(canary).calls()).isEqualTo(4_000);
  }

  @Test
  void ringsBeyondTheBudgetStaySmallAndCurrent() {
    SplitRing ring = new SplitRing(new SplitRing.Budget(300));
    for (int i = 0; i < 5_000; i++) {
      ring.add(i, false, 0, 0);
    }
    long[] entries = ring.copy();
    assertThat(entries).hasSize(512);
    for (long entry : entries) {
      assertThat(SplitRing.slot(entry)).isGreaterThanOrEqualTo(5_000 - 512);
    }
  }

  @Test
  void entriesGiveBackWhatTheyHold() {
    for (long durationNs = 1_024; durationNs < 60_000 * MS; durationNs *= 3) {
      SplitRing ring = new SplitRing(new SplitRing.Budget(0));
      ring.add(SplitRing.SLOTS_MAX - 1, true, durationNs, 77 * MS);
      long entry = ring.copy()[0];
      assertThat(SplitRing.slot(entry)).isEqualTo(SplitRing.SLOTS_MAX - 1);
      assertThat(SplitRing.failed(entry)).isTrue();
      assertThat(SplitRing.endedAtMs(entry)).isEqualTo(77);
      assertThat(SplitRing.durationNs(entry)).isBetween((long) (durationNs * 0.984), durationNs);
    }
  }
}
