package io.weighbridge.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Slots;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CallMetricsTest {
  private final Slots slots = new Slots();
  private final CallMetrics metrics = new CallMetrics(2, slots);

  @Test
  void addsUpAllLoops() {
    int slot = slots.of("m", "1");
    metrics.loop(0).started(slot);
    metrics.loop(1).started(slot);
    metrics.loop(1).started(slot);
    metrics.loop(0).ended(slot, 0, 1_000_000);
    metrics.loop(1).ended(slot, 14, 3_000_000);

    SlotFigures.Total total = metrics.total(slot);
    assertThat(total.inFlight()).isEqualTo(1);
    assertThat(total.byCode[0]).isEqualTo(1);
    assertThat(total.byCode[14]).isEqualTo(1);
    assertThat(total.sumNs).isEqualTo(4_000_000);
    assertThat(total.buckets[LatencyBuckets.index(1_000_000)]).isEqualTo(1);
    assertThat(total.buckets[LatencyBuckets.index(3_000_000)]).isEqualTo(1);
  }

  @Test
  void takesVersionsConfiguredLater() {
    int first = slots.of("m", "1");
    metrics.loop(0).started(first);
    int last = first;
    for (int i = 2; i < 100; i++) {
      last = slots.of("m", Integer.toString(i));
    }
    metrics.loop(0).started(last);
    metrics.loop(0).ended(first, 0, 1);

    assertThat(metrics.total(first).inFlight()).isZero();
    assertThat(metrics.total(last).inFlight()).isEqualTo(1);
    assertThat(metrics.total(first + 1).started).isZero();
  }

  @Test
  void countsCodesThatGrpcDoesNotKnowAsUnknown() {
    int slot = slots.of("m", "1");
    metrics.loop(0).ended(slot, 17, 1);
    metrics.loop(0).ended(slot, -1, 1);
    assertThat(metrics.total(slot).byCode[2]).isEqualTo(2);
  }

  @Test
  void countsRefusalsByReason() {
    metrics.loop(0).refused(Refusal.OVERLOADED);
    metrics.loop(1).refused(Refusal.OVERLOADED);
    metrics.loop(1).refused(Refusal.CANCELLED);
    assertThat(metrics.refusals(Refusal.OVERLOADED)).isEqualTo(2);
    assertThat(metrics.refusals(Refusal.CANCELLED)).isEqualTo(1);
    assertThat(metrics.refusals(Refusal.INTERNAL)).isZero();
  }

  @Test
  void talliesOnlyWhatIsTallied() {
    metrics.tally(Metric.UNROUTABLE_FALLBACKS).increment();
    assertThat(metrics.tally(Metric.UNROUTABLE_FALLBACKS).sum()).isEqualTo(1);
    assertThatIllegalArgumentException().isThrownBy(() -> metrics.tally(Metric.CALLS));
  }

  @Test
  void scrapesWhileTheLoopWritesSeeConsistentCounts() throws InterruptedException {
    int slot = slots.of("m", "1");
    int calls = 200_000;
    CountDownLatch writing = new CountDownLatch(1);
    Thread loop =
        Thread.ofPlatform()
            .start(() -> {
              writing.countDown();
              for (int i = 0; i < calls; i++) {
                metrics.loop(0).started(slot);
                metrics.loop(0).ended(slot, 0, 1_000);
              }
            });
    writing.await();
    long before = 0;
    while (loop.isAlive()) {
      SlotFigures.Total total = metrics.total(slot);
      assertThat(total.inFlight()).isNotNegative();
      assertThat(total.byCode[0]).isGreaterThanOrEqualTo(before);
      before = total.byCode[0];
    }
    loop.join();
    assertThat(metrics.total(slot).byCode[0]).isEqualTo(calls);
    assertThat(metrics.total(slot).inFlight()).isZero();
  }

  @Test
  void allocatesNothingPerCall() {
    int slot = slots.of("m", "1");
    LoopMetrics loop = metrics.loop(0);
    countCalls(loop, slot, SplitRing.ENTRIES_MAX);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    countCalls(loop, slot, 20_000);
    long perCall = (threads.getCurrentThreadAllocatedBytes() - before) / 20_000;
    assertThat(perCall).isZero();
  }

  private static void countCalls(LoopMetrics loop, int slot, int calls) {
    for (int i = 0; i < calls; i++) {
      loop.started(slot);
      loop.ended(slot, 0, 1_000L * i);
      loop.refused(Refusal.OVERLOADED);
      loop.splitRouted(slot, 0, 1_000L * i, i);
    }
  }
}
