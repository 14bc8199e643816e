package io.weighbridge.gateway.upstream.health;

import static io.weighbridge.gateway.upstream.health.Fleet.MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.upstream.health.Standing.State;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Hosts that are new to a version. */
class SlowStartTest {
  private static final long SECOND = 1_000 * MS;

  private final Fleet fleet = new Fleet(3);

  /** From now on these may get calls, and no other. */
  private void serve(int... hosts) {
    fleet.serving = IntStream.of(hosts).mapToObj(host -> fleet.hosts[host]).toList();
  }

  /** The host proves the version as another process, or as the same one. */
  private void proves(int host, String bootId) {
    Eligible known = fleet.hosts[host];
    fleet.hosts[host] = new Eligible(known.host(), known.proof(), bootId, "", 2, 2, known.seat());
    serve(0, 1, 2);
  }

  private double share(int host) {
    return fleet.standing(host).share();
  }

  private void assertStarts(int host) {
    assertThat(fleet.state(host)).isEqualTo(State.IN);
    assertThat(share(host)).isEqualTo(SeatHealth.SHARE_FIRST);
    fleet.pass(SECOND * 5 / 2);
    assertThat(share(host)).isBetween(0.5, 0.6);
    fleet.pass(SECOND * 5 / 2);
    assertThat(share(host)).isEqualTo(1);
  }

  @Test
  void aHostThatIsAddedStartsSlowlyEvenBeforeItsFirstCall() {
    serve(0, 1);
    fleet.pass(6 * SECOND, 0, 1);
    serve(0, 1, 2);
    fleet.look();
    assertThat(share(0)).isEqualTo(1);
    assertStarts(2);
  }

  @Test
  void soDoesAHostThatWasRestarted() {
    fleet.pass(6 * SECOND, 0, 1, 2);
    proves(2, "another");
    fleet.look();
    assertStarts(2);
  }

  @Test
  void aProofMoreOfTheSameProcessIsNoNews() {
    fleet.pass(6 * SECOND, 0, 1, 2);
    proves(2, "boot");
    fleet.look();
    assertThat(share(2)).isEqualTo(1);
  }

  @Test
  void soDoesAHostThatDrainedOrCouldNotGetCalls() {
    fleet.pass(6 * SECOND, 0, 1, 2);
    fleet.health.drain(List.of(fleet.hosts[2].host()));
    fleet.pass(SECOND, 0, 1);
    fleet.health.drain(List.of());
    fleet.look();
    assertStarts(2);
    serve(0, 1);
    fleet.pass(SECOND, 0, 1);
    serve(0, 1, 2);
    fleet.look();
    assertStarts(2);
  }

  @Test
  void notWhenMostAreNew() {
    serve(0);
    fleet.pass(6 * SECOND, 0);
    serve(0, 1, 2);
    fleet.look();
    assertThat(share(1)).isEqualTo(1);
    assertThat(share(2)).isEqualTo(1);
  }

  @Test
  void halfOfThemAreNotMost() {
    serve(0);
    fleet.pass(6 * SECOND, 0);
    serve(0, 1);
    fleet.look();
    assertStarts(1);
  }

  @Test
  void notWhileAnotherOneOfThreeStarts() {
    fleet.pass(6 * SECOND, 0, 1, 2);
    proves(2, "another");
    fleet.look();
    proves(1, "another");
    fleet.look();
    assertThat(share(1)).isEqualTo(1);
    assertThat(share(2)).isLessThan(0.2);
  }

  @Test
  void notTheOnlyOne() {
    Fleet alone = new Fleet(1);
    alone.pass(6 * SECOND, 0);
    alone.serving = List.of();
    alone.pass(SECOND);
    alone.serving = List.of(alone.hosts);
    alone.pass(SECOND, 0);
    assertThat(alone.standing(0).share()).isEqualTo(1);
  }

  @Test
  void notWhileTheVersionIsNewItself() {
    serve(0);
    fleet.look();
    serve(0, 1);
    fleet.pass(5 * SECOND - 2 * HostHealth.LOOK_NS);
    serve(0, 1, 2);
    fleet.pass(HostHealth.LOOK_NS, 0, 1, 2);
    fleet.pass(HostHealth.LOOK_NS, 0, 1, 2);
    assertThat(IntStream.range(0, 3)).allMatch(host -> share(host) == 1);
  }

  @Test
  void aHostThatRestsIsNotLetInForBeingNew() {
    fleet.pass(6 * SECOND, 0, 1, 2);
    fleet.fails(2, 0, 1);
    proves(2, "another");
    fleet.pass(HostHealth.LOOK_NS, 0, 1);
    assertThat(fleet.state(2)).isEqualTo(State.OUT);
  }
}
