package io.weighbridge.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.http2.Http2Limits;
import io.weighbridge.gateway.upstream.health.Fleet;
import io.weighbridge.gateway.upstream.health.Outcome;
import io.weighbridge.gateway.upstream.health.Probation;
import io.weighbridge.gateway.upstream.health.Standing;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UpstreamTest {
  private static final int DRAWS = 1_000;
  private static final long MS = 1_000_000;

  private final Fleet fleet = new Fleet(3);
  private final Upstream upstream = upstream(fleet);

  private static Upstream upstream(Fleet fleet) {
    Http2Limits http2 = new Http2Limits(100, 1 << 16, 1 << 20, 1 << 14, 1, 1, 1, 1, 1, 1);
    return new Upstream(
        (host, connection, pauseNs) -> {
          throw new AssertionError("nothing is sent");
        },
        new UpstreamLimits(1, 1, 1, 1, 1, http2),
        new Random(1),
        new Unheard(),
        fleet.ticker,
        fleet.loop);
  }

  private @Nullable Eligible choose() {
    return upstream.choose(fleet.hosts, null, new Object(), fleet.ticker.nanoTime());
  }

  /** How many of many draws go to host 0. */
  private int toFirst() {
    int first = 0;
    for (int i = 0; i < DRAWS; i++) {
      first += fleet.hosts[0].equals(choose()) ? 1 : 0;
    }
    return first;
  }

  private void answers(int host, long latencyNs) {
    fleet.loop.took(host, latencyNs, fleet.ticker.nanoTime());
  }

  /** Every host fails all its calls but those that are spared. */
  private void rest(int... spared) {
    for (int look = 0; look < 2; look++) {
      for (Eligible host : fleet.hosts) {
        boolean well = Arrays.stream(spared).anyMatch(each -> each == host.seat());
        for (int i = 0; i < 20; i++) {
          fleet.loop.ended(host.seat(), well ? Outcome.ANSWERED : Outcome.BROKE);
        }
      }
      fleet.look();
    }
  }

  @Test
  void hostsThatCostTheSameGetTheSame() {
    assertThat(toFirst()).isBetween(DRAWS / 4, DRAWS / 2);
    answers(0, 10 * MS);
    answers(1, 10 * MS);
    answers(2, 10 * MS);
    assertThat(toFirst()).isBetween(DRAWS / 4, DRAWS / 2);
  }

  @Test
  void aHostWhoseLastAnswerWasSlowLosesEveryDraw() {
    answers(0, 100 * MS);
    answers(1, 10 * MS);
    answers(2, 10 * MS);
    assertThat(toFirst()).isZero();
  }

  @Test
  void aSlowHostIsTriedAgainOnceThatIsLongAgo() {
    answers(0, 100 * MS);
    fleet.ticker.advance(4L << 30, TimeUnit.NANOSECONDS);
    answers(1, 10 * MS);
    answers(2, 10 * MS);
    assertThat(toFirst()).isGreaterThan(DRAWS / 2);
  }

  @Test
  void hostsThatRestGetNothing() {
    rest(1, 2);
    assertThat(toFirst()).isZero();
    assertThat(choose()).isNotNull();
  }

  @Test
  void aSecondTryNeverGoesWhereTheFirstWent() {
    rest(1, 2);
    for (int i = 0; i < DRAWS; i++) {
      Eligible chosen =
          upstream.choose(
              fleet.hosts, fleet.hosts[1].host(), new Object(), fleet.ticker.nanoTime());
      assertThat(chosen).isEqualTo(fleet.hosts[2]);
    }
  }

  @Test
  void whenAllRestThatIsWhy() {
    assertThat(upstream.resting(fleet.hosts, fleet.ticker.nanoTime())).isFalse();
    rest();
    assertThat(choose()).isNull();
    assertThat(upstream.turnedAway(fleet.hosts, now())).isFalse();
    assertThat(upstream.resting(fleet.hosts, fleet.ticker.nanoTime())).isTrue();
  }

  @Test
  void aSlowHostIsBetterThanNone() {
    slow(0);
    assertThat(toFirst()).isZero();
    fleet.health.drain(List.of(fleet.hosts[1].host(), fleet.hosts[2].host()));
    assertThat(toFirst()).isEqualTo(DRAWS);
    assertThat(upstream.choose(fleet.hosts, fleet.hosts[0].host(), new Object(), now())).isNull();
  }

  @Test
  void butNotThanOneThatHasAsManyCallsAsItCanDo() {
    slow(0);
    fleet.health.drain(List.of(fleet.hosts[2].host()));
    fill(1);
    assertThat(choose()).isNull();
    assertThat(upstream.turnedAway(fleet.hosts, now())).isTrue();
  }

  @Test
  void aCallWaitsForASlowHostThatIsFullWhenThereIsNoOther() {
    slow(0);
    fleet.health.drain(List.of(fleet.hosts[1].host(), fleet.hosts[2].host()));
    fill(0);
    assertThat(choose()).isNull();
    assertThat(upstream.turnedAway(fleet.hosts, now())).isTrue();
  }

  @Test
  void aCallWaitsForAHostThatCanTakeItJustAfterItAsked() {
    for (Eligible each : fleet.hosts) {
      fill(each.seat());
    }
    assertThat(choose()).isNull();
    fleet.loop.ended(0, false);
    fleet.loop.ended(1, false);
    fleet.loop.ended(2, false);
    assertThat(upstream.turnedAway(fleet.hosts, now())).isTrue();
    assertThat(choose()).isNotNull();
  }

  @Test
  void callsThatAHostBeganToAnswerBeforeItHadAllOfThemAreNotWaitedFor() {
    for (int i = 0; i < 2; i++) {
      answeredEarly(fleet.hosts[0]);
    }
    for (int look = 0; look < 20; look++) {
      for (int i = 0; i < 10; i++) {
        fleet.loop.started(1);
        fleet.loop.ended(1, false);
        answers(1, 10 * MS);
      }
      fleet.look();
    }
    assertThat(fleet.loop.standings().of(0).state()).isEqualTo(Standing.State.IN);
  }

  private void answeredEarly(Eligible on) {
    Answered call = new Answered();
    fleet.loop.started(on.seat());
    call.shows = new Shows(false, true);
    upstream.answers(on, call, now());
    call.shows = new Shows(true, true);
    upstream.asked(on, call);
    upstream.finished(on, call, now());
  }

  private static final class Answered extends HostLinkTest.Call {
    Shows shows = new Shows(false, false);

    @Override
    public Shows shows() {
      return shows;
    }
  }

  private record Shows(boolean asked, boolean heard) implements Attempt.Shown {
    @Override
    public Outcome outcome() {
      return Outcome.ANSWERED;
    }

    @Override
    public long latencyNs() {
      return -1;
    }
  }

  /** One host answers far more slowly than the others. */
  private void slow(int host) {
    for (Eligible each : fleet.hosts) {
      for (int i = 0; i < 10; i++) {
        fleet.loop.ended(each.seat(), Outcome.ANSWERED);
        fleet.loop.took(each.seat(), each.seat() == host ? 500 * MS : MS, now());
      }
    }
    fleet.look();
    assertThat(fleet.loop.standings().of(host).state()).isEqualTo(Standing.State.OUT);
  }

  private long now() {
    return fleet.ticker.nanoTime();
  }

  /** Gives a host calls until it has enough. */
  private void fill(int host) {
    while (!fleet.loop.full(host)) {
      fleet.loop.started(host);
    }
  }

  @Test
  void aSequenceStaysOnAHostThatRests() {
    Eligible before = upstream.chooseFor(17, fleet.hosts, fleet.ticker.nanoTime());
    rest();
    assertThat(upstream.chooseFor(17, fleet.hosts, fleet.ticker.nanoTime())).isEqualTo(before);
  }

  @Test
  void aHostThatDrainsGetsNoNewCallHoweverTheOthersAre() {
    fleet.health.drain(List.of(fleet.hosts[0].host()));
    assertThat(toFirst()).isZero();
    rest(0);
    assertThat(toFirst()).isZero();
    assertThat(upstream.resting(fleet.hosts, fleet.ticker.nanoTime())).isTrue();
    fleet.health.drain(List.of());
    assertThat(toFirst()).isPositive();
  }

  @Test
  void aSecondTryAvoidsAHostThatDrains() {
    fleet.health.drain(List.of(fleet.hosts[0].host()));
    for (int i = 0; i < DRAWS; i++) {
      Eligible chosen =
          upstream.choose(
              fleet.hosts, fleet.hosts[1].host(), new Object(), fleet.ticker.nanoTime());
      assertThat(chosen).isEqualTo(fleet.hosts[2]);
    }
  }

  @Test
  void whenAllDrainNobodyRests() {
    rest();
    fleet.health.drain(Arrays.stream(fleet.hosts).map(Eligible::host).toList());
    assertThat(choose()).isNull();
    assertThat(upstream.resting(fleet.hosts, fleet.ticker.nanoTime())).isFalse();
  }

  @Test
  void aSequenceStaysOnAHostThatDrains() {
    Eligible before =
        Objects.requireNonNull(upstream.chooseFor(17, fleet.hosts, fleet.ticker.nanoTime()));
    fleet.health.drain(List.of(before.host()));
    assertThat(upstream.chooseFor(17, fleet.hosts, fleet.ticker.nanoTime())).isEqualTo(before);
  }

  @Test
  void onProbationOneCallAtATimeGoesThereButNoSecondTry() {
    rest(1, 2);
    for (int look = 0; look < 10; look++) {
      fleet.look();
    }
    Eligible ill = fleet.hosts[0];
    for (int i = 0; i < DRAWS; i++) {
      Eligible chosen =
          upstream.choose(
              fleet.hosts, fleet.hosts[1].host(), new Object(), fleet.ticker.nanoTime());
      assertThat(chosen).isEqualTo(fleet.hosts[2]);
    }
    assertThat(toFirst()).isEqualTo(1);
    assertThat(Objects.requireNonNull(ill).seat()).isZero();
  }

  @Test
  void aHostThatStartsSlowlyGetsItsShareOfDraws() {
    rest(1, 2);
    for (int look = 0; look < 10; look++) {
      fleet.look();
    }
    for (int i = 0; i < 3; i++) {
      pass();
    }
    fleet.look();
    // One in three, of which a tenth takes part.
    assertThat(toFirst()).isBetween(DRAWS / 60, DRAWS / 15);
  }

  /** Makes a call until it has the place on probation, which it passes. */
  private void pass() {
    Object call = new Object();
    long nowNs = fleet.ticker.nanoTime();
    while (!fleet.hosts[0].equals(upstream.choose(fleet.hosts, null, call, nowNs))) {
      // Another draw.
    }
    Probation probation = Objects.requireNonNull(fleet.loop.standings().of(0).probation());
    Objects.requireNonNull(probation.trial(call)).end(Outcome.ANSWERED, MS);
  }
}
