package io.weighbridge.gateway.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.attest.v1.CallCounters;
import io.weighbridge.gateway.attestation.CounterCheck.Around;
import io.weighbridge.gateway.call.HostTable.Host;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CounterCheckTest {
  private static final Host HOST = Statements.host(0);

  private final HostCounters ours = new HostCounters(1);
  private final CounterCheck check = new CounterCheck();

  @BeforeEach
  void first() {
    assertThat(attest(0, 0)).isNull();
  }

  @Test
  void equalCountsAreExplained() {
    for (int i = 0; i < 10; i++) {
      ours.started(HOST);
      ours.answered(HOST);
    }
    assertThat(attest(10, 10)).isNull();
    assertThat(attest(10, 10)).isNull();
    assertThat(ours.inFlight(HOST)).isZero();
  }

  @Test
  void aTryThatNeverReachedTheHostIsExplained() {
    ours.started(HOST);
    ours.failed(HOST);
    assertThat(attest(0, 0)).isNull();
    assertThat(attest(0, 0)).isNull();
  }

  @Test
  void callsTheHostHadAndWeDidNotAreAnAlarmTheSecondTimeAndOnce() {
    assertThat(attest(1, 0)).isNull();
    assertThat(attest(1, 0)).isNotNull().returns("counter_unexplained", Alarm::reason);
    assertThat(attest(1, 0)).isNull();
  }

  @Test
  void aDifferenceThatGoesAwayIsNoAlarm() {
    assertThat(attest(1, 0)).isNull();
    ours.started(HOST);
    assertThat(attest(1, 0)).isNull();
    assertThat(attest(1, 0)).isNull();
  }

  @Test
  void answersTheHostDidNotGiveAreAnAlarm() {
    ours.started(HOST);
    ours.answered(HOST);
    assertThat(attest(1, 0)).isNull();
    assertThat(attest(1, 0)).isNotNull();
  }

  @Test
  void answersWeDoNotAccountForAreAnAlarm() {
    ours.started(HOST);
    ours.answered(HOST);
    ours.started(HOST);
    assertThat(attest(2, 2)).as("one is in flight still").isNull();
    assertThat(attest(2, 3)).isNull();
    assertThat(attest(2, 3)).isNotNull();
  }

  @Test
  void anotherProcessStartsAnew() {
    assertThat(attest(5, 5)).isNull();
    assertThat(check.check("b", counters(100, 100), around())).isNull();
    assertThat(check.check("b", counters(100, 100), around())).isNull();
  }

  @Test
  void honestTrafficNeverAlarmsWhateverIsInFlight() {
    SplittableRandom random = new SplittableRandom(7);
    Deque<Boolean> onTheWay = new ArrayDeque<>();
    Deque<Boolean> atHost = new ArrayDeque<>();
    Deque<Boolean> comingBack = new ArrayDeque<>();
    long started = 0;
    long answered = 0;
    for (int step = 0; step < 100_000; step++) {
      switch (random.nextInt(5)) {
        case 0 -> {
          ours.started(HOST);
          onTheWay.add(true);
        }
        case 1 -> started += onTheWay.isEmpty() ? 0 : count(atHost.add(onTheWay.remove()));
        case 2 -> answered += atHost.isEmpty() ? 0 : count(comingBack.add(atHost.remove()));
        case 3 -> {
          if (!comingBack.isEmpty() && comingBack.remove()) {
            ours.answered(HOST);
          }
        }
        default -> {
          if (random.nextInt(10) == 0 && !comingBack.isEmpty() && comingBack.remove()) {
            ours.cancelled(HOST);
          }
        }
      }
      if (random.nextInt(50) == 0) {
        assertThat(attest(started, answered)).as("step %d", step).isNull();
      }
    }
    assertThat(answered).isGreaterThan(1_000);
  }

  private static int count(boolean done) {
    return done ? 1 : 0;
  }

  private @Nullable Alarm attest(long started, long answered) {
    return check.check("a", counters(started, answered), around());
  }

  private Around around() {
    return new Around(ours.counts(0), ours.counts(0));
  }

  private static CallCounters counters(long started, long answered) {
    return CallCounters.newBuilder().setStarted(started).setAnswered(answered).build();
  }
}
