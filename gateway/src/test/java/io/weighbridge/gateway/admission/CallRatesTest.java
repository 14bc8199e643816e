package io.weighbridge.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.AuthMethod;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.http2.TestHeadroom;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallRatesTest {
  private static final CallPlaces.Part PLACES = new CallPlaces(1, 1).part();
  private static final Pressure NO_PRESSURE = new Pressure(1, TestHeadroom.ample(), () -> 0);
  private static final long MS_NS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long INTERVAL_NS = 10 * MS_NS;

  private long nowNs = 5;

  private static RateRule rule(String tenant, @Nullable String principal, int burst) {
    return new RateRule(tenant, principal, INTERVAL_NS, burst, "100/s");
  }

  private static Caller caller(String tenant, String principal) {
    return new Caller(tenant, principal, AuthMethod.API_KEY, "k", Set.of("m"));
  }

  private static Admission admission(RateRule... rules) {
    return new Admission(
        new CallRates(List.of(rules)),
        Bulkheads.NONE,
        PLACES,
        NO_PRESSURE,
        PlaceQueuesTest.off(),
        new Random(1));
  }

  /** How many of that many calls at this moment may go on. */
  private int admitted(Admission admission, Caller caller, int calls) {
    Allowance allowance = admission.allowance(caller, nowNs);
    return (int)
        IntStream.range(0, calls).filter(_ -> admission.admit(allowance, nowNs) == null).count();
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 0, Long.MAX_VALUE - 20_000_000, Long.MIN_VALUE, -1})
  void aBurstPassesAndThenOneCallForEachInterval(long startNs) {
    nowNs = startNs;
    Admission admission = admission(rule("acme", "svc", 3));
    Caller svc = caller("acme", "svc");
    assertThat(admitted(admission, svc, 5)).isEqualTo(3);
    nowNs += INTERVAL_NS - 1;
    assertThat(admitted(admission, svc, 5)).isZero();
    nowNs += 1;
    assertThat(admitted(admission, svc, 5)).isEqualTo(1);
    nowNs += 1_000 * INTERVAL_NS;
    assertThat(admitted(admission, svc, 5)).isEqualTo(3);
  }

  @Test
  void overALongTimeItIsTheRate() {
    Admission admission = admission(rule("acme", "svc", 2));
    int passed = 0;
    for (int ms = 0; ms < 10_000; ms++) {
      passed += admitted(admission, caller("acme", "svc"), 7);
      nowNs += MS_NS;
    }
    assertThat(passed).isEqualTo(1_001);
  }

  @Test
  void saysWhoIsOverAndForHowLong() {
    Admission admission = admission(rule("acme", "svc", 1));
    Allowance allowance = admission.allowance(caller("acme", "svc"), nowNs);
    assertThat(admission.admit(allowance, nowNs)).isNull();
    nowNs += 4 * MS_NS;
    assertThat(admission.admit(allowance, nowNs))
        .isEqualTo(
            new Admission.Refused(
                Refusal.RATE_LIMITED, "the caller is over its rate of 100/s, burst 1", 6 * MS_NS));
  }

  @Test
  void theCallersOfATenantShareItsRate() {
    Admission admission = admission(rule("acme", null, 4), rule("acme", "svc", 3));
    Caller svc = caller("acme", "svc");
    assertThat(admitted(admission, svc, 9)).isEqualTo(3);
    assertThat(admitted(admission, caller("acme", "other"), 9)).isEqualTo(1);
    assertThat(admitted(admission, caller("globex", "svc"), 9)).isEqualTo(9);
    Admission.Refused tenant =
        admission.admit(admission.allowance(caller("acme", "other"), nowNs), nowNs);
    assertThat(Objects.requireNonNull(tenant).detail()).startsWith("the tenant is over");
  }

  @Test
  void whatATenantRefusesIsNotTakenFromItsCaller() {
    Admission admission = admission(rule("acme", null, 1), rule("acme", "svc", 2));
    Caller svc = caller("acme", "svc");
    assertThat(admitted(admission, svc, 50)).isEqualTo(1);
    nowNs += INTERVAL_NS;
    assertThat(admitted(admission, svc, 50)).isEqualTo(1);
  }

  @Test
  void theRuleThatNamesItMostCloselyCounts() {
    Admission admission =
        admission(
            rule("*", null, 100), rule("*", "*", 2), rule("acme", "*", 3), rule("acme", "svc", 4));
    assertThat(admitted(admission, caller("acme", "svc"), 9)).isEqualTo(4);
    assertThat(admitted(admission, caller("acme", "other"), 9)).isEqualTo(3);
    assertThat(admitted(admission, caller("acme", "third"), 9)).isEqualTo(3);
    assertThat(admitted(admission, caller("globex", "svc"), 9)).isEqualTo(2);
    assertThat(admitted(admission, caller("globex", "other"), 9)).isEqualTo(2);
  }

  @Test
  void anotherKeyOfTheSameCallerIsNoOtherCaller() {
    Admission admission = admission(rule("acme", "svc", 3));
    assertThat(admitted(admission, caller("acme", "svc"), 2)).isEqualTo(2);
    Caller byCertificate = new Caller("acme", "svc", AuthMethod.MTLS, "DNS:svc", Set.of("m"));
    assertThat(admitted(admission, byCertificate, 9)).isEqualTo(1);
  }

  @Test
  void whoeverProvedNothingHasNoRateAndIsNotRemembered() {
    Admission admission = admission(rule("*", "*", 1), rule("*", null, 1));
    assertThat(admitted(admission, Caller.ANYONE, 9)).isEqualTo(9);
    assertThat(admission.allowance(Caller.ANYONE, nowNs)).isSameAs(Allowance.BOUNDLESS);
  }

  @Test
  void loopsThatTakeAtOnceTakeNoneTwice() throws Exception {
    CallRates rates = new CallRates(List.of(rule("acme", "svc", 10_000)));
    AtomicInteger passed = new AtomicInteger();
    Thread[] loops = new Thread[4];
    for (int i = 0; i < loops.length; i++) {
      Admission admission =
          new Admission(
              rates, Bulkheads.NONE, PLACES, NO_PRESSURE, PlaceQueuesTest.off(), new Random(i));
      loops[i] =
          Thread.ofPlatform()
              .start(() -> passed.addAndGet(admitted(admission, caller("acme", "svc"), 5_000)));
    }
    for (Thread loop : loops) {
      loop.join();
    }
    assertThat(passed).hasValue(10_000);
  }

  @Test
  void thoseRefusedTogetherAreNotAskedBackTogether() {
    Admission admission = admission();
    long[] usual = IntStream.range(0, 1_000).mapToLong(_ -> admission.pushbackMs(0)).toArray();
    assertThat(IntStream.range(0, 1_000).allMatch(i -> usual[i] > 100 && usual[i] <= 200)).isTrue();
    assertThat(IntStream.range(0, 50).mapToLong(i -> usual[i]).distinct()).hasSizeGreaterThan(20);
    assertThat(admission.pushbackMs(30_000 * MS_NS)).isBetween(30_001L, 60_000L);
  }
}
