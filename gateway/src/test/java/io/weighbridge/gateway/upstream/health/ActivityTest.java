package io.weighbridge.gateway.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.HostTable.Proof;
import io.weighbridge.gateway.call.Seats;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A thousand versions on two hosts, of which a few get calls. */
class ActivityTest {
  private static final int VERSIONS = 1_000;

  /** Looks after which nothing is left of a call that was answered. */
  private static final int LOOKS_AFTER = 10;

  /** A version that is neither the first nor the last. */
  private static final int SLOT = 700;

  private final Seats seats = new Seats();
  private final MockTicker ticker = Ticker.newMockTicker();
  private final List<Host> hosts = IntStream.range(0, 2).mapToObj(ActivityTest::host).toList();
  private List<HostHealth.Version> versions =
      IntStream.range(0, VERSIONS).mapToObj(slot -> version(slot, "boot")).toList();
  private final HostHealth health =
      new HostHealth(2, ticker, new HealthLimits(1_000_000_000L, 0, 100), () -> versions);

  private static Host host(int index) {
    return new Host(
        index, "host-" + index, new InetSocketAddress(InetAddress.getLoopbackAddress(), index + 1));
  }

  private HostHealth.Version version(int slot, String bootId) {
    return new HostHealth.Version(
        slot,
        hosts.stream()
            .map(host -> new Eligible(host, Proof.VERIFIED, bootId, "", 1, 1, seats.of(host, slot)))
            .toList());
  }

  private int seat(int slot) {
    return versions.get(slot).hosts().getFirst().seat();
  }

  /** Versions the next look goes to. */
  private int looked() {
    ticker.advance(HostHealth.LOOK_NS, TimeUnit.NANOSECONDS);
    return health.look();
  }

  private void ends(int loop, int slot, Outcome outcome) {
    LoopHealth of = health.loop(loop);
    of.started(seat(slot));
    of.ended(seat(slot), false);
    of.ended(seat(slot), outcome);
    if (outcome == Outcome.ANSWERED) {
      of.took(seat(slot), 1_000_000, ticker.nanoTime());
    }
  }

  @BeforeEach
  void allAreKnown() {
    assertThat(looked()).isEqualTo(VERSIONS);
    assertThat(looked()).isZero();
  }

  @Test
  void onlyVersionsWithCallsAreLookedAt() {
    ends(0, SLOT, Outcome.ANSWERED);
    ends(1, 0, Outcome.ANSWERED);
    ends(1, VERSIONS - 1, Outcome.ANSWERED);
    for (int i = 0; i < LOOKS_AFTER; i++) {
      assertThat(looked()).isEqualTo(3);
    }
    ends(0, SLOT, Outcome.ANSWERED);
    assertThat(IntStream.range(0, LOOKS_AFTER + 2).map(_ -> looked())).endsWith(1, 1, 0);
    assertThat(looked()).isZero();
  }

  @Test
  void aCallThatTookNoTimeIsSeenOnceMore() {
    ends(1, SLOT, Outcome.NOTHING);
    assertThat(looked()).isEqualTo(1);
    assertThat(looked()).isEqualTo(1);
    assertThat(looked()).isZero();
  }

  @Test
  void aCallThatHangsIsLookedAtUntilItEnds() {
    health.loop(1).started(seat(SLOT));
    for (int i = 0; i < 100; i++) {
      assertThat(looked()).isEqualTo(1);
    }
    health.loop(1).ended(seat(SLOT), false);
    looked();
    looked();
    assertThat(looked()).isZero();
  }

  @Test
  void aHostThatRestsIsLookedAtUntilThatIsForgotten() {
    for (int i = 0; i < LOOKS_AFTER; i++) {
      ends(0, SLOT, Outcome.BROKE);
      assertThat(looked()).isEqualTo(1);
    }
    assertThat(health.loop(0).standings().of(seat(SLOT)).state()).isEqualTo(Standing.State.OUT);
    for (int i = 0; i < 100; i++) {
      assertThat(looked()).isEqualTo(1);
    }
    assertThat(health.loop(0).standings().of(seat(SLOT)).state())
        .isEqualTo(Standing.State.ON_PROBATION);
  }

  @Test
  void aVersionWhoseHostsChangedIsLookedAtOnce() {
    List<HostHealth.Version> changed = new ArrayList<>(versions);
    changed.set(SLOT, version(SLOT, "another boot"));
    versions = changed;
    assertThat(looked()).isEqualTo(1);
    assertThat(looked()).isZero();
  }

  @Test
  void whatIsServedNoMoreIsNotLookedAt() {
    health.loop(0).started(seat(SLOT));
    assertThat(looked()).isEqualTo(1);
    versions = versions.subList(0, SLOT);
    assertThat(looked()).isZero();
  }

  @Test
  void drainingAHostIsSeenByAll() {
    health.drain(List.of(hosts.getFirst()));
    assertThat(looked()).isEqualTo(VERSIONS);
    assertThat(looked()).isZero();
  }

  private void oneCallOfEach() {
    for (int slot = 0; slot < VERSIONS; slot++) {
      ends(0, slot, Outcome.ANSWERED);
    }
  }

  @Test
  void ofACrowdThoseWithFewCallsHaveTheirTurn() {
    for (int i = 0; i < 3 * Activity.TURNS; i++) {
      oneCallOfEach();
      assertThat(looked()).isEqualTo(VERSIONS / Activity.TURNS);
    }
    // Those that went without a look are counted: in flight, they would show.
    assertThat(health.reports()).allMatch(report -> report.figures().inFlight() == 0);
    // And the last second is one, however often it was looked.
    for (int i = 0; i < LOOKS_AFTER + 2 * Activity.TURNS; i++) {
      looked();
    }
    assertThat(looked()).isZero();
  }

  @Test
  void inACrowdCallsThatHangAreLookedAtEachTime() {
    oneCallOfEach();
    for (int i = 0; i < 2; i++) {
      health.loop(1).started(seat(SLOT));
      health.loop(1).asked(seat(SLOT));
    }
    int sum = 0;
    for (int i = 0; i < 2 * Activity.TURNS; i++) {
      int looked = looked();
      sum += i < Activity.TURNS ? 0 : looked;
      oneCallOfEach();
    }
    assertThat(sum).isEqualTo(VERSIONS + Activity.TURNS - 1);
  }

  @Test
  void aBusyOneIsLookedAtEachTime() {
    for (int i = 0; i <= Activity.TURNS; i++) {
      oneCallOfEachAndNineMoreOfOne();
      looked();
    }
    int sum = 0;
    for (int i = 0; i < Activity.TURNS; i++) {
      oneCallOfEachAndNineMoreOfOne();
      sum += looked();
    }
    assertThat(sum).isEqualTo(VERSIONS + Activity.TURNS - 1);
  }

  private void oneCallOfEachAndNineMoreOfOne() {
    oneCallOfEach();
    for (int i = 0; i < 9; i++) {
      ends(1, SLOT, Outcome.ANSWERED);
    }
  }

  @Test
  void inACrowdAFailingOneIsOutWithinASecond() {
    oneCallOfEach();
    looked();
    for (int i = 0; i < 9; i++) {
      oneCallOfEach();
      ends(1, SLOT, Outcome.BROKE);
      ends(1, SLOT, Outcome.BROKE);
      looked();
    }
    assertThat(health.loop(0).standings().of(seat(SLOT)).state()).isEqualTo(Standing.State.OUT);
  }

  @Test
  void inACrowdADrainIsSeenByAll() {
    oneCallOfEach();
    looked();
    oneCallOfEach();
    looked();
    health.drain(List.of(hosts.getFirst()));
    assertThat(looked()).isEqualTo(VERSIONS);
  }
}
