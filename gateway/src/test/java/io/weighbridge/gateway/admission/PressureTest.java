package io.weighbridge.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.http2.Headroom;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PressureTest {
  private static final long LATE_NS = Pressure.LAG_NS_MAX + 1;
  private static final long BYTES_MAX = 1_000;
  private static final int CALLS = 2_000;

  private double direct;
  private double heap;
  private final Headroom headroom = new Headroom(() -> direct, Long.MAX_VALUE, () -> {});
  private final Pressure pressure = new Pressure(BYTES_MAX, headroom, () -> heap);
  private final Random random = new Random(1);
  private final Admission admission =
      new Admission(
          CallRates.NONE,
          Bulkheads.NONE,
          new CallPlaces(1, 1).part(),
          pressure,
          PlaceQueuesTest.off(),
          random);

  private void look(int times, long lagNs, long queuedBytes) {
    for (int i = 0; i < times; i++) {
      pressure.looked(lagNs, queuedBytes);
    }
  }

  /** Percent of calls that are refused now. */
  private double refused() {
    Allowance allowance = admission.allowance(Caller.ANYONE, 0);
    long refused =
        IntStream.range(0, CALLS)
            .mapToObj(_ -> admission.admit(allowance, 0))
            .filter(answer -> answer != null && answer.why() == Refusal.OVERLOADED)
            .count();
    return 100.0 * refused / CALLS;
  }

  @Test
  void aPauseIsNoQueue() {
    for (int i = 0; i < 50; i++) {
      look(Pressure.LATE_LOOKS - 1, 10 * LATE_NS, 0);
      look(1, Pressure.LAG_NS_MAX, 0);
      assertThat(refused()).isZero();
    }
  }

  @Test
  void aLoopThatStaysBehindRefusesMoreAndMoreButNeverAll() {
    look(Pressure.LATE_LOOKS - 1, LATE_NS, 0);
    assertThat(refused()).isZero();
    look(1, LATE_NS, 0);
    assertThat(refused()).isBetween(7.0, 13.0);
    look(4, LATE_NS, 0);
    assertThat(refused()).isBetween(45.0, 55.0);
    look(100, LATE_NS, 0);
    assertThat(refused()).isBetween(87.0, 93.0);
  }

  @Test
  void onceItHasCaughtUpCallsComeBackBitByBit() {
    look(100, LATE_NS, 0);
    look(1, 0, 0);
    assertThat(refused()).isBetween(82.0, 88.0);
    look(8, 0, 0);
    assertThat(refused()).isBetween(41.0, 49.0);
    look(9, 0, 0);
    assertThat(refused()).isZero();
  }

  @Test
  void bytesThatWaitForSlowPeersCountAsWell() {
    long mostBytes = (long) (Pressure.QUEUED_SHARE_MAX * BYTES_MAX);
    look(10, 0, mostBytes);
    assertThat(refused()).isZero();
    look(1, 0, mostBytes + 1);
    assertThat(refused()).isBetween(7.0, 13.0);
  }

  @Test
  void aHeapThatIsShortCountsAsWell() {
    heap = Pressure.HEAP_SHARE_MAX;
    look(10, 0, 0);
    assertThat(refused()).isZero();
    heap = Pressure.HEAP_SHARE_MAX + 0.001;
    look(2, 0, 0);
    assertThat(pressure.percent(PressureCause.HEAP)).isEqualTo(20);
    assertThat(refused()).isBetween(16.0, 24.0);
    heap = 0;
    look(4, 0, 0);
    assertThat(refused()).isZero();
  }

  @Test
  void memoryForBuffersThatIsShortRefusesNearlyAllAtOnce() {
    direct = Headroom.SHORT_SHARE;
    look(10, 0, 0);
    assertThat(refused()).isZero();
    direct = Headroom.SHORT_SHARE + 0.001;
    headroom.look();
    // Whoever looked: the loop's own look may be a tenth of a second away.
    assertThat(refused()).isBetween(87.0, 93.0);
    assertThat(pressure.percent(PressureCause.DIRECT_MEMORY)).isEqualTo(90);
    direct = 0;
    look(1, 0, 0);
    assertThat(refused()).isBetween(82.0, 88.0);
    direct = Headroom.SHORT_SHARE + 0.001;
    look(1, 0, 0);
    assertThat(pressure.percent(PressureCause.DIRECT_MEMORY)).isEqualTo(90);
  }

  @Test
  void memoryForBuffersThatIsFullRefusesAll() {
    direct = Headroom.FULL_SHARE;
    headroom.look();
    assertThat(refused()).isBetween(87.0, 93.0);
    direct = Headroom.FULL_SHARE + 0.001;
    headroom.look();
    assertThat(refused()).isEqualTo(100);
    direct = Headroom.FULL_SHARE;
    headroom.look();
    assertThat(refused()).isLessThan(100);
  }

  @Test
  void saysWhy() {
    look(100, LATE_NS, 0);
    assertThat(pressure.percent(PressureCause.LAG)).isEqualTo(Pressure.SHED_PERCENT_MAX);
    assertThat(details()).containsExactly("this gateway is behind with its work");
    look(1, 0, BYTES_MAX);
    assertThat(pressure.percent(PressureCause.QUEUED_BYTES)).isEqualTo(Pressure.SHED_PERCENT_MAX);
    assertThat(pressure.percent(PressureCause.LAG)).isZero();
    assertThat(details()).containsExactly("this gateway holds too much for slow receivers");
    direct = 1;
    look(1, 0, BYTES_MAX);
    assertThat(details()).containsExactly("this gateway is short of memory for buffers");
    direct = 0;
    heap = 1;
    look(1, 0, BYTES_MAX);
    assertThat(details()).containsExactly("this gateway is short of heap");
  }

  /** What refused calls are told. */
  private Set<String> details() {
    Allowance allowance = admission.allowance(Caller.ANYONE, 0);
    return IntStream.range(0, CALLS)
        .mapToObj(_ -> admission.admit(allowance, 0))
        .filter(Objects::nonNull)
        .map(Admission.Refused::detail)
        .collect(Collectors.toSet());
  }
}
