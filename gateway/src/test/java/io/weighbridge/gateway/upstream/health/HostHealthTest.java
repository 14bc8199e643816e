package io.weighbridge.gateway.upstream.health;

import static io.weighbridge.gateway.upstream.health.Fleet.MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.upstream.health.Standing.State;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HostHealthTest {
  private static final long SECOND = 1_000 * MS;

  private final Fleet fleet = new Fleet(3);

  /** Looks for a second, while host 0 does something and the others answer; whether it rests. */
  private boolean restsWithinASecond(Runnable doing) {
    for (int i = 0; i < 10; i++) {
      doing.run();
      fleet.pass(HostHealth.LOOK_NS, 1, 2);
    }
    return fleet.state(0) == State.OUT;
  }

  @Test
  void aHostThatFailsThirtyPercentRestsWithinASecond() {
    fleet.pass(10 * SECOND, 0, 1, 2);
    boolean rests =
        restsWithinASecond(() -> {
          fleet.answers(0, 7, 10 * MS);
          fleet.ends(0, 3, Outcome.ERRED);
        });
    assertThat(rests).isTrue();
    assertThat(fleet.state(1)).isEqualTo(State.IN);
  }

  @Test
  void aHostThatFailsThirtyPercentOfVeryManyRestsToo() {
    boolean rests =
        restsWithinASecond(() -> {
          fleet.answers(0, 700, 10 * MS);
          fleet.ends(0, 300, Outcome.BROKE);
        });
    assertThat(rests).isTrue();
  }

  @Test
  void hostsThatFailAlikeGoOn() {
    for (int i = 0; i < 100; i++) {
      for (int host = 0; host < 3; host++) {
        fleet.answers(host, 7, 10 * MS);
        fleet.ends(host, 3, Outcome.ERRED);
      }
      fleet.look();
      assertThat(fleet.state(0)).isEqualTo(State.IN);
    }
  }

  @Test
  void rareFailuresAreNothing() {
    for (int i = 0; i < 100; i++) {
      fleet.answers(0, 99, 10 * MS);
      fleet.ends(0, 1, Outcome.ERRED);
      fleet.pass(HostHealth.LOOK_NS, 1, 2);
      assertThat(fleet.state(0)).isEqualTo(State.IN);
    }
  }

  @Test
  void callersThatLeaveSayNothing() {
    assertThat(restsWithinASecond(() -> fleet.ends(0, 50, Outcome.NOTHING))).isFalse();
  }

  @Test
  void aHostTenTimesSlowerRestsWithinASecond() {
    fleet.pass(10 * SECOND, 0, 1, 2);
    assertThat(restsWithinASecond(() -> fleet.answers(0, 2, 100 * MS))).isTrue();
  }

  @Test
  void aHostIsSlowBeyondFiveTimesTheOthersOnly() {
    assertThat(restsWithinASecond(() -> fleet.answers(0, 10, 50 * MS))).isFalse();
    assertThat(restsWithinASecond(() -> fleet.answers(0, 10, 50 * MS + 2))).isTrue();
  }

  @Test
  void fastHostsAreNotSlowForFiveMilliseconds() {
    for (int i = 0; i < 20; i++) {
      fleet.answers(0, 10, 6 * MS);
      fleet.answers(1, 10, MS);
      fleet.look();
    }
    assertThat(fleet.state(0)).isEqualTo(State.IN);
    for (int i = 0; i < 20; i++) {
      fleet.answers(0, 10, 6 * MS + 1);
      fleet.answers(1, 10, MS);
      fleet.look();
    }
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
  }

  @Test
  void aHostThatFallsSilentRestsAfterHalfASecond() {
    fleet.pass(SECOND, 0, 1, 2);
    fleet.waits(0, 2);
    assertThat(fleet.until(0, State.OUT, SECOND, 1, 2)).isBetween(500 * MS, 700 * MS);
  }

  @Test
  void aHostIsNotSilentAboutCallsItHasNotAllOf() {
    fleet.pass(SECOND, 0, 1, 2);
    fleet.loop.started(0);
    fleet.loop.started(0);
    fleet.waits(0, 1);
    fleet.pass(10 * SECOND, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.IN);
    // One of them is complete in the end, and then another one ends.
    fleet.loop.asked(0);
    fleet.pass(400 * MS, 1, 2);
    fleet.loop.ended(0, true);
    fleet.pass(10 * SECOND, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.IN);
    fleet.loop.asked(0);
    assertThat(fleet.until(0, State.OUT, SECOND, 1, 2)).isBetween(500 * MS, 700 * MS);
  }

  @Test
  void aHostWhoseCallsAreAllAnsweredElsewhereFirstIsSilent() {
    fleet.pass(SECOND, 0, 1, 2);
    assertThat(restsWithinASecond(() -> fleet.ends(0, 2, Outcome.CALLED_OFF))).isTrue();
  }

  @Test
  void aHostThatIsLateNowAndThenIsNotSilent() {
    for (int i = 0; i < 100; i++) {
      fleet.ends(0, 1, Outcome.CALLED_OFF);
      if (i % 3 == 0) {
        fleet.answers(0, 1, 10 * MS);
      }
      fleet.pass(HostHealth.LOOK_NS, 1, 2);
      assertThat(fleet.state(0)).isEqualTo(State.IN);
    }
  }

  @Test
  void fourCallsAnsweredElsewhereFirstAreNoSilence() {
    fleet.pass(SECOND, 0, 1, 2);
    fleet.ends(0, 4, Outcome.CALLED_OFF);
    fleet.pass(3 * SECOND, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.IN);
    fleet.ends(0, 5, Outcome.CALLED_OFF);
    assertThat(fleet.until(0, State.OUT, SECOND, 1, 2)).isBetween(500 * MS, 700 * MS);
  }

  @Test
  void oneLongCallIsNoSilence() {
    fleet.pass(SECOND, 0, 1, 2);
    fleet.waits(0, 1);
    fleet.pass(10 * SECOND, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.IN);
  }

  @Test
  void aRestEndsWithThreeCallsOneAtATimeAndASlowStart() {
    fleet.fails(0, 1, 2);
    assertThat(fleet.until(0, State.ON_PROBATION, 2 * SECOND, 1, 2)).isGreaterThanOrEqualTo(SECOND);
    Probation probation = Objects.requireNonNull(fleet.standing(0).probation());
    assertThat(probation.take("a", fleet.nowNs())).isTrue();
    assertThat(probation.take("b", fleet.nowNs())).isFalse();
    assertThat(probation.trial("b")).isNull();
    Objects.requireNonNull(probation.trial("a")).end(Outcome.NOTHING, -1);
    assertThat(fleet.tries(0, Outcome.ANSWERED)).isTrue();
    assertThat(fleet.tries(0, Outcome.ANSWERED)).isTrue();
    fleet.pass(SECOND, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.ON_PROBATION);
    assertThat(fleet.tries(0, Outcome.ANSWERED)).isTrue();
    fleet.look();
    assertThat(fleet.state(0)).isEqualTo(State.IN);
    assertThat(fleet.standing(0).share()).isEqualTo(SeatHealth.SHARE_FIRST);
    fleet.pass(SeatHealth.RAMP_NS / 2, 1, 2);
    assertThat(fleet.standing(0).share()).isBetween(0.5, 0.6);
    fleet.pass(SeatHealth.RAMP_NS / 2, 1, 2);
    assertThat(fleet.standing(0).share()).isEqualTo(1);
  }

  @Test
  void twoAnswersOnProbationMustNotBeSlow() {
    fleet.pass(SECOND, 0, 1, 2);
    fleet.fails(0, 1, 2);
    fleet.until(0, State.ON_PROBATION, 2 * SECOND, 1, 2);
    Probation probation = Objects.requireNonNull(fleet.standing(0).probation());
    assertThat(probation.take("a", fleet.nowNs())).isTrue();
    Objects.requireNonNull(probation.trial("a")).end(Outcome.ANSWERED, 51 * MS);
    fleet.look();
    // Once can be chance.
    assertThat(fleet.state(0)).isEqualTo(State.ON_PROBATION);
    assertThat(probation.take("b", fleet.nowNs())).isTrue();
    Objects.requireNonNull(probation.trial("b")).end(Outcome.ANSWERED, 51 * MS);
    assertThat(probation.take("c", fleet.nowNs())).isFalse();
    fleet.look();
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
  }

  @Test
  void aCallThatHangsOnProbationFailsIt() {
    fleet.fails(0, 1, 2);
    fleet.until(0, State.ON_PROBATION, 2 * SECOND, 1, 2);
    Probation probation = Objects.requireNonNull(fleet.standing(0).probation());
    assertThat(probation.take("a", fleet.nowNs())).isTrue();
    Objects.requireNonNull(probation.trial("a")).asked(fleet.nowNs());
    assertThat(fleet.until(0, State.OUT, 3 * SECOND, 1, 2)).isGreaterThan(2 * SECOND);
  }

  @Test
  void aCallThatItsCallerHoldsUpFailsNoProbation() {
    fleet.fails(0, 1, 2);
    fleet.until(0, State.ON_PROBATION, 2 * SECOND, 1, 2);
    Probation probation = Objects.requireNonNull(fleet.standing(0).probation());
    assertThat(probation.take("a", fleet.nowNs())).isTrue();
    Probation.Trial slow = Objects.requireNonNull(probation.trial("a"));
    fleet.pass(2 * SECOND, 1, 2);
    assertThat(probation.take("b", fleet.nowNs())).isFalse();
    fleet.pass(HostHealth.LOOK_NS, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.ON_PROBATION);
    assertThat(fleet.tries(0, Outcome.ANSWERED)).isTrue();
    // The host may get it in the end, and has no other's place to give back.
    assertThat(probation.take("c", fleet.nowNs())).isTrue();
    slow.asked(fleet.nowNs());
    slow.end(Outcome.ANSWERED, 10 * MS);
    assertThat(probation.take("d", fleet.nowNs())).isFalse();
    Objects.requireNonNull(probation.trial("c")).end(Outcome.ANSWERED, 10 * MS);
    fleet.look();
    assertThat(fleet.state(0)).isEqualTo(State.IN);
  }

  @Test
  void eachRestIsLongerUpToTheLimit() {
    fleet.fails(0, 1, 2);
    long[] expectedNs = {SECOND, 2 * SECOND, 4 * SECOND, Fleet.REST_MAX_NS, Fleet.REST_MAX_NS};
    for (long restNs : expectedNs) {
      long tookNs = fleet.until(0, State.ON_PROBATION, 10 * SECOND, 1, 2);
      assertThat(tookNs).isBetween(restNs - HostHealth.LOOK_NS, restNs + 2 * HostHealth.LOOK_NS);
      assertThat(fleet.tries(0, Outcome.BROKE)).isTrue();
      fleet.look();
      assertThat(fleet.state(0)).isEqualTo(State.OUT);
    }
  }

  @Test
  void aHostThatBrokeIsTriedOnceItCanBeConnectedTo() {
    fleet.ends(0, SeatHealth.BROKE_IN_ROW, Outcome.BROKE);
    fleet.look();
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
    assertThat(fleet.standing(0).atNeed()).isFalse();
    fleet.connect(0);
    fleet.look();
    assertThat(fleet.state(0)).isEqualTo(State.ON_PROBATION);
  }

  @Test
  void aConnectionSavesNobodyWhoFailedOnProbation() {
    fleet.ends(0, SeatHealth.BROKE_IN_ROW, Outcome.BROKE);
    fleet.look();
    fleet.connect(0);
    fleet.look();
    assertThat(fleet.tries(0, Outcome.BROKE)).isTrue();
    fleet.look();
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
    fleet.connect(0);
    fleet.look();
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
  }

  @Test
  void aConnectionSaysNothingAboutAHostThatIsSlow() {
    fleet.pass(SECOND, 1, 2);
    fleet.answers(0, 10, 200 * MS);
    fleet.look();
    assertThat(fleet.standing(0))
        .extracting(Standing::state, Standing::atNeed)
        .containsExactly(State.OUT, true);
    fleet.connect(0);
    fleet.look();
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
  }

  /** A rest, three good calls, and the time that follows. */
  private void recover(long goodNs) {
    fleet.until(0, State.ON_PROBATION, 10 * SECOND, 1, 2);
    for (int i = 0; i < SeatHealth.PROBES; i++) {
      fleet.tries(0, Outcome.ANSWERED);
    }
    fleet.look();
    fleet.pass(goodNs, 0, 1, 2);
  }

  @Test
  void aHostThatFlapsRestsLongerEachTimeUntilItsPastIsForgotten() {
    fleet.fails(0, 1, 2);
    recover(10 * SECOND);
    fleet.fails(0, 1, 2);
    assertThat(fleet.until(0, State.ON_PROBATION, 10 * SECOND, 1, 2))
        .isGreaterThan(SECOND + 900 * MS);
    recover(50 * SECOND);
    fleet.fails(0, 1, 2);
    assertThat(fleet.until(0, State.ON_PROBATION, 10 * SECOND, 1, 2)).isLessThan(SECOND + 200 * MS);
  }

  @Test
  void whileMoreThanHalfRestThoseThatAnswerAnythingAreServed() {
    fleet.fails(0, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
    while (fleet.state(0) == State.OUT) {
      fleet.answers(1, 5, 10 * MS);
      fleet.ends(1, 5, Outcome.ERRED);
      fleet.pass(HostHealth.LOOK_NS, 2);
    }
    assertThat(fleet.standing(0))
        .extracting(Standing::state, Standing::share)
        .containsExactly(State.IN, 1.0);
    assertThat(fleet.state(1)).isEqualTo(State.IN);
  }

  @Test
  void hostsThatDrainAreNotCountedAmongThoseThatServe() {
    Fleet pair = new Fleet(2);
    pair.health.drain(List.of(pair.hosts[1].host()));
    for (int look = 0; look < 10; look++) {
      pair.ends(0, 10, Outcome.ERRED);
      pair.look();
    }
    assertThat(pair.health.panic(0).now()).isTrue();
    assertThat(pair.state(0)).isEqualTo(State.IN);
  }

  @Test
  void halfOfTheHostsMayRest() {
    Fleet pair = new Fleet(2);
    pair.fails(0, 1);
    pair.pass(500 * MS, 1);
    assertThat(pair.state(0)).isEqualTo(State.OUT);
  }

  @Test
  void theOnlyHostIsServedForAsLongAsItAnswersSomething() {
    Fleet one = new Fleet(1);
    for (int i = 0; i < 50; i++) {
      one.answers(0, 1, 10 * MS);
      one.ends(0, 9, Outcome.BROKE);
      one.look();
      assertThat(one.state(0)).isEqualTo(State.IN);
    }
  }

  @Test
  void hostsThatAnswerNothingRestHoweverManyTheyAre() {
    for (int i = 0; i < 3; i++) {
      fleet.ends(i, SeatHealth.BROKE_IN_ROW - 1, Outcome.BROKE);
    }
    fleet.look();
    assertThat(fleet.state(0)).isEqualTo(State.IN);
    for (int i = 0; i < 3; i++) {
      fleet.ends(i, 1, Outcome.BROKE);
    }
    fleet.look();
    for (int i = 0; i < 3; i++) {
      assertThat(fleet.state(i)).isEqualTo(State.OUT);
    }
  }

  @Test
  void requestsThatFailEverywhereMakeNoHostRest() {
    for (int i = 0; i < 50; i++) {
      for (int host = 0; host < 3; host++) {
        fleet.ends(host, 10, Outcome.ERRED);
      }
      fleet.look();
      assertThat(fleet.state(0)).isEqualTo(State.IN);
    }
  }

  @Test
  void patienceIsAFewTimesTheUsualLatency() {
    assertThat(fleet.standing(0).patienceNs()).isEqualTo(Long.MAX_VALUE);
    fleet.pass(SECOND, 0, 1, 2);
    assertThat(fleet.standing(0).patienceNs()).isEqualTo(Long.highestOneBit(30 * MS));
  }

  @Test
  void costJumpsUpAndHalves() {
    fleet.answers(0, 1, 10 * MS);
    fleet.answers(0, 1, 80 * MS);
    assertThat(fleet.loop.costNs(0, fleet.nowNs())).isEqualTo(80.0 * MS);
    fleet.ticker.advance(3L << 30, TimeUnit.NANOSECONDS);
    assertThat(fleet.loop.costNs(0, fleet.nowNs())).isEqualTo(10.0 * MS);
    fleet.answers(0, 1, 0);
    assertThat(fleet.loop.costNs(0, fleet.nowNs())).isEqualTo(10.0 * MS);
    fleet.ticker.advance(100L << 30, TimeUnit.NANOSECONDS);
    assertThat(fleet.loop.costNs(0, fleet.nowNs())).isZero();
    assertThat(fleet.loop.costNs(7, fleet.nowNs())).isZero();
  }

  @Test
  void calledUnreadyItRestsUntilItIsReadyHoweverLongThatTakes() {
    fleet.pass(SECOND, 0, 1, 2);
    fleet.health.notReady(Set.of(0), true);
    fleet.pass(HostHealth.LOOK_NS, 0, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
    fleet.connect(0);
    fleet.pass(100 * SECOND, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
    assertThat(fleet.standing(0).atNeed()).isTrue();
    fleet.health.ready(Set.of(0, 1, 2));
    fleet.pass(HostHealth.LOOK_NS, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.ON_PROBATION);
    for (int i = 0; i < SeatHealth.PROBES; i++) {
      assertThat(fleet.tries(0, Outcome.ANSWERED)).isTrue();
    }
    fleet.pass(HostHealth.LOOK_NS, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.IN);
    assertThat(fleet.standing(0).share()).isLessThan(0.2);
  }

  @Test
  void callsThatAreAnsweredSayMoreThanAQuestionThatIsNot() {
    fleet.pass(SECOND, 0, 1, 2);
    fleet.health.notReady(Set.of(0), false);
    fleet.pass(SECOND, 0, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.IN);
    // No calls, no answers: the question is all there is.
    assertThat(fleet.until(0, State.OUT, 2 * SECOND, 1, 2)).isBetween(900 * MS, 1_200 * MS);
  }

  @Test
  void oneThatRestsForAnotherReasonIsNotTriedWhileItIsNotReady() {
    fleet.pass(SECOND, 0, 1, 2);
    fleet.fails(0, 1, 2);
    fleet.health.notReady(Set.of(0), true);
    fleet.pass(20 * SECOND, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
    fleet.health.ready(Set.of(0));
    fleet.pass(2 * HostHealth.LOOK_NS, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.ON_PROBATION);
    fleet.health.notReady(Set.of(0), true);
    fleet.pass(HostHealth.LOOK_NS, 1, 2);
    assertThat(fleet.state(0)).isEqualTo(State.OUT);
  }
}
