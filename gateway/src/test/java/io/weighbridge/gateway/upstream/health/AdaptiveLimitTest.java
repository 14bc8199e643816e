package io.weighbridge.gateway.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The limit in front of a host that is a queue with some servers, in virtual time. A few of the
 * calls it turns away wait for a place, as they do in the gateway.
 */
class AdaptiveLimitTest {
  private static final long MS = 1_000_000;
  private static final long LOOK_NS = HostHealth.LOOK_NS;
  private static final int FIRST = AdaptiveLimit.FIRST;
  private static final int LINE_CALLS_MAX = 10;

  /** Callers open no more streams than this. */
  private static final int CALLERS_MAX = 5_000;

  /** A host with so many servers, each of which needs so long for a call. */
  private static final class Queue {
    final AdaptiveLimit limit;

    /** Of each version; calls are of the first but for every tenth. */
    private final AdaptiveLimit[] limits;

    private final int[] inFlightOf;
    private final int[] answeredOf;
    private final int[] lines;
    private final LoopHealth.Counts[] more;
    private final SplittableRandom random = new SplittableRandom(7);
    private final PriorityQueue<long[]> atWork =
        new PriorityQueue<>((one, other) -> Long.compare(one[0], other[0]));
    private final ArrayDeque<long[]> waiting = new ArrayDeque<>();
    private final int servers;

    /** Whether the gateway is late: answers are seen so much later. */
    private long lateNs;

    private long serviceNs;
    private long nowNs = 1_000_000_000_000L;
    private long arrivalNs = nowNs;
    private long[] latenciesNs = new long[1 << 20];
    private int answered;
    private int offered;

    Queue(int servers, long serviceNs) {
      this(servers, serviceNs, new AdaptiveLimit(100, 0, new HostPace()));
    }

    Queue(int servers, long serviceNs, AdaptiveLimit... limits) {
      this.limits = limits;
      limit = limits[0];
      inFlightOf = new int[limits.length];
      answeredOf = new int[limits.length];
      lines = new int[limits.length];
      more = new LoopHealth.Counts[limits.length];
      Arrays.setAll(more, _ -> new LoopHealth.Counts());
      this.servers = servers;
      this.serviceNs = serviceNs;
    }

    /** Offers that many times what it can do, for so long, and forgets what was before. */
    void run(double load, long durationNs) {
      answered = 0;
      Arrays.fill(answeredOf, 0);
      offered = 0;
      double betweenNs = serviceNs / (load * servers);
      for (long endNs = nowNs + durationNs; nowNs < endNs; ) {
        long lookNs = nowNs + LOOK_NS;
        while (arrivalNs < lookNs) {
          answerUntil(arrivalNs);
          arrive(arrivalNs);
          arrivalNs += Math.round(-Math.log(1 - random.nextDouble()) * betweenNs);
        }
        answerUntil(lookNs);
        nowNs = lookNs;
        for (int i = 0; i < limits.length; i++) {
          limits[i].take(more[i], inFlightOf[i], new SeatHealth.Moment(nowNs, lateNs));
          more[i] = new LoopHealth.Counts();
        }
      }
    }

    private int inFlight() {
      return atWork.size() + waiting.size();
    }

    private void arrive(long atNs) {
      int version = offered % 10 == 0 ? limits.length - 1 : 0;
      offered++;
      if (inFlight() >= CALLERS_MAX) {
        return;
      }
      if (inFlightOf[version] >= limits[version].inFlightMax()) {
        more[version].turnedAway++;
        lines[version] = Math.min(LINE_CALLS_MAX, lines[version] + 1);
      } else {
        begin(atNs, version);
      }
    }

    private void begin(long atNs, int version) {
      inFlightOf[version]++;
      if (atWork.size() < servers) {
        atWork.add(new long[] {atNs + needsNs(), atNs, version});
      } else {
        waiting.add(new long[] {atNs, version});
      }
    }

    /** Anything up to twice the mean. */
    private long needsNs() {
      return random.nextLong(2 * serviceNs);
    }

    private void answerUntil(long untilNs) {
      for (long[] next = atWork.peek(); next != null && next[0] <= untilNs; next = atWork.peek()) {
        atWork.poll();
        int version = (int) next[2];
        inFlightOf[version]--;
        answeredOf[version]++;
        more[version].timed++;
        more[version].ended++;
        more[version].latencyNs += next[0] - next[1] + lateNs;
        latenciesNs[answered++] = next[0] - next[1];
        long[] first = waiting.poll();
        if (first != null) {
          atWork.add(new long[] {next[0] + needsNs(), first[0], first[1]});
        }
        if (lines[version] > 0 && inFlightOf[version] < limits[version].inFlightMax()) {
          lines[version]--;
          begin(next[0], version);
        }
      }
    }

    /** Answers given, of those it could have given in that time. */
    double goodput(long durationNs) {
      return (double) answered * serviceNs / ((double) servers * durationNs);
    }

    long p99Ns() {
      long[] sorted = Arrays.copyOf(latenciesNs, answered);
      Arrays.sort(sorted);
      return sorted[(int) (answered * 0.99)];
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 10", "32, 20", "100, 10", "4, 200"})
  void belowSaturationNobodyIsTurnedAwayAndAboveItTheHostStaysQuick(int servers, long serviceMs) {
    long durationNs = Math.max(30_000 * MS, 600 * serviceMs * MS);
    Queue host = new Queue(servers, serviceMs * MS);
    host.run(0.7, durationNs);
    assertThat(host.answered).isGreaterThan((int) (0.999 * host.offered) - host.inFlight());
    long calmNs = host.p99Ns();
    for (double load : new double[] {2, 10}) {
      host.run(load, durationNs / 3);
      host.run(load, durationNs);
      assertThat(host.goodput(durationNs)).as("at %s", load).isGreaterThan(0.9);
      assertThat(host.p99Ns()).as("at %s", load).isLessThan(2 * calmNs);
    }
  }

  @Test
  void afterAFloodAtItsVeryStartTheHostIsFoundToBeQuick() {
    Queue host = new Queue(8, 10 * MS);
    host.run(10, 5_000 * MS);
    host.run(10, 5_000 * MS);
    assertThat(host.goodput(5_000 * MS)).isGreaterThan(0.9);
    assertThat(host.limit.inFlightMax()).isBetween(AdaptiveLimit.PROBE, 30);
  }

  @Test
  void aHostThatCanDoMoreIsGivenMore() {
    Queue host = new Queue(1_000, 10 * MS);
    host.run(0.9, 10_000 * MS);
    host.run(0.9, 2_000 * MS);
    assertThat(host.limit.inFlightMax()).isGreaterThan(1_000);
  }

  @Test
  void requestsThatTakeLongerAreNoOverload() {
    Queue host = new Queue(100, 10 * MS);
    host.run(0.3, 10_000 * MS);
    host.serviceNs = 100 * MS;
    host.run(0.3, 20_000 * MS);
    host.run(0.3, 10_000 * MS);
    assertThat(host.answered).isGreaterThan((int) (0.98 * host.offered) - host.inFlight());
  }

  @Test
  void neverFewerThanTheLeast() {
    Queue host = new Queue(1, 50 * MS);
    host.run(20, 60_000 * MS);
    assertThat(host.limit.inFlightMax()).isBetween(AdaptiveLimit.PROBE, 10);
    assertThat(host.goodput(60_000 * MS)).isGreaterThan(0.9);
  }

  @Test
  void aQueueThatHurtsNobodyIsNoOverload() {
    Queue host = new Queue(8, MS, new AdaptiveLimit(FIRST, 100 * MS, new HostPace()));
    host.run(0.97, 60_000 * MS);
    assertThat(host.answered).isEqualTo(host.offered - host.inFlight());
    assertThat(host.limit.limited()).isFalse();
  }

  @Test
  void fewAreLetInOnceAnswersAreLateByMoreThanTheWaitAllowed() {
    Queue host = new Queue(8, 10 * MS, new AdaptiveLimit(FIRST, 100 * MS, new HostPace()));
    host.run(10, 30_000 * MS);
    host.run(10, 10_000 * MS);
    assertThat(host.goodput(10_000 * MS)).isGreaterThan(0.9);
    assertThat(host.p99Ns()).isLessThan(300 * MS);
    assertThat(host.limit.inFlightMax()).isLessThan(400);
  }

  @Test
  void requestsThatTakeLongerAreNotTakenForAnOverload() {
    Queue host = new Queue(40, 10 * MS, new AdaptiveLimit(FIRST, 100 * MS, new HostPace()));
    host.run(0.3, 10_000 * MS);
    host.serviceNs = 1_000 * MS;
    int before = host.inFlight();
    host.run(0.3, 60_000 * MS);
    assertThat(host.answered).isEqualTo(before + host.offered - host.inFlight());
    assertThat(host.limit.limited()).isFalse();
  }

  /** One look later, at a host of which nothing was late so far. */
  private static void look(AdaptiveLimit limit, int look, LoopHealth.Counts more, int inFlight) {
    limit.take(more, inFlight, new SeatHealth.Moment(look * LOOK_NS, 0));
  }

  private static LoopHealth.Counts answers(int count, long eachNs) {
    LoopHealth.Counts more = new LoopHealth.Counts();
    more.timed = count;
    more.ended = count;
    more.latencyNs = count * eachNs;
    return more;
  }

  @Test
  void beforeAnswersAreLateAHostMayHaveTwiceWhatItHas() {
    AdaptiveLimit limit = new AdaptiveLimit(FIRST, 100 * MS, new HostPace());
    look(limit, 1, answers(0, 0), FIRST / 2);
    assertThat(limit.inFlightMax()).as("half used").isEqualTo(FIRST);
    look(limit, 2, answers(0, 0), FIRST / 2 + 1);
    assertThat(limit.inFlightMax()).as("more than half used").isEqualTo(FIRST + 2);
    LoopHealth.Counts denied = answers(0, 0);
    denied.turnedAway = 1;
    look(limit, 3, denied, 0);
    assertThat(limit.inFlightMax()).as("turned away").isEqualTo(2 * (FIRST + 2));
    int look = 4;
    for (; look < 20; look++) {
      look(limit, look, answers(0, 0), limit.inFlightMax());
    }
    assertThat(limit.inFlightMax()).as("always used").isEqualTo(AdaptiveLimit.MOST);
    assertThat(limit.settled()).isFalse();
    for (; look < 100; look++) {
      look(limit, look, answers(0, 0), 1);
    }
    assertThat(limit.inFlightMax()).as("not used").isEqualTo(FIRST);
    assertThat(limit.settled()).isTrue();
    assertThat(limit.limited()).isFalse();
  }

  @Test
  void andAsManyAsItAnswersInAQuarterOfASecond() {
    AdaptiveLimit limit = new AdaptiveLimit(FIRST, 100 * MS, new HostPace());
    for (int i = 1; i < 100; i++) {
      look(limit, i, answers(200, MS), 2);
    }
    assertThat(limit.inFlightMax()).isBetween(495, 500);
  }

  @Test
  void whileThisGatewayIsLateThatIsAll() {
    AdaptiveLimit limit = new AdaptiveLimit(FIRST, 100 * MS, new HostPace());
    for (int i = 1; i < 100; i++) {
      limit.take(
          answers(200, 300 * MS),
          400,
          new SeatHealth.Moment(i * LOOK_NS, AdaptiveLimit.LAG_NS_MAX + 1));
    }
    assertThat(limit.inFlightMax()).isBetween(495, 500);
  }

  @Test
  void oneThatWouldNeedTooLongForWhatItHasIsGivenNoMore() {
    AdaptiveLimit limit = new AdaptiveLimit(FIRST, 100 * MS, new HostPace());
    look(limit, 1, answers(10, MS), 1);
    // It needs a tenth of a second for each ten of them.
    look(limit, 2, answers(10, 50 * MS), FIRST);
    assertThat(limit.inFlightMax()).isEqualTo(FIRST);
  }

  @Test
  void oneThatIsLateIsGivenNoMore() {
    AdaptiveLimit limit = new AdaptiveLimit(FIRST, 100 * MS, new HostPace());
    look(limit, 1, answers(10, MS), 1);
    for (int i = 2; i < 6; i++) {
      look(limit, i, answers(10, 150 * MS), FIRST);
    }
    assertThat(limit.inFlightMax()).isEqualTo(FIRST);
    assertThat(limit.limited()).isFalse();
    for (int i = 6; i < 9; i++) {
      look(limit, i, answers(10, 150 * MS), FIRST);
    }
    assertThat(limit.limited()).isTrue();
    assertThat(limit.inFlightMax()).isEqualTo(AdaptiveLimit.PROBE);
  }

  /**
   * A host that takes 20 ms for what it begins at once, at most 32 calls, and 1 ms more for each.
   */
  private static double batchesMs(int calls) {
    return calls <= 32 ? 20 + calls : calls * 52 / 32.0;
  }

  @Test
  void aHostThatWorksInBatchesIsGivenEnoughForThem() {
    AdaptiveLimit limit = new AdaptiveLimit(FIRST, 100 * MS, new HostPace());
    double answered = 0;
    double left = 0;
    int answers = 0;
    int inFlight = 0;
    long nowNs = 1_000_000_000_000L;
    int calmLooks = 100;
    int looks = 3_000;
    for (int look = -calmLooks; look < looks; look++) {
      int wanted = look < 0 ? 2 : 1_000;
      // What it has it works off before it gets more.
      inFlight = Math.max(Math.min(wanted, limit.inFlightMax()), inFlight - answers);
      double latencyMs = batchesMs(inFlight);
      left += inFlight * 100 / latencyMs;
      answers = (int) left;
      left -= answers;
      LoopHealth.Counts more = new LoopHealth.Counts();
      more.timed = answers;
      more.ended = more.timed;
      more.latencyNs = (long) (answers * latencyMs * MS);
      more.turnedAway = (long) wanted - inFlight;
      answered += look < 0 ? 0 : answers;
      nowNs += LOOK_NS;
      limit.take(more, inFlight, new SeatHealth.Moment(nowNs, 0));
    }
    assertThat(limit.limited()).isTrue();
    assertThat(answered / looks).isGreaterThan(0.9 * 100 * 32 / 52);
  }

  @Test
  void oneThatWorksOnEightIsNotGivenManyMore() {
    AdaptiveLimit limit = new AdaptiveLimit(FIRST, 100 * MS, new HostPace());
    Queue host = new Queue(8, 4 * MS, limit);
    host.run(10, 30_000 * MS);
    host.run(10, 10_000 * MS);
    assertThat(host.goodput(10_000 * MS)).isGreaterThan(0.95);
    assertThat(limit.inFlightMax()).isLessThan(16);
  }

  @Test
  void aHostWithLittleToDoIsNotTakenForOneThatGivesLess() {
    AdaptiveLimit limit = new AdaptiveLimit(FIRST, 100 * MS, new HostPace());
    Queue host = new Queue(8, 4 * MS, limit);
    for (int i = 0; i < 3; i++) {
      host.run(10, 20_000 * MS);
      host.run(0.1, 5_000 * MS);
      host.run(10, 3_000 * MS);
      assertThat(limit.inFlightMax()).as("time %s", i).isLessThan(16);
    }
  }

  @Test
  void whatTakesLongBecauseThisGatewayIsLateIsNotHeldAgainstTheHost() {
    Queue host = new Queue(8, 4 * MS);
    host.run(2, 60_000 * MS);
    int before = host.limit.inFlightMax();
    host.lateNs = 300 * MS;
    host.run(2, 5_000 * MS);
    assertThat(host.limit.inFlightMax()).isEqualTo(before);
    assertThat(host.goodput(5_000 * MS)).isGreaterThan(0.9);
    host.lateNs = 0;
    host.run(2, 20_000 * MS);
    assertThat(host.goodput(20_000 * MS)).isGreaterThan(0.9);
  }

  @Test
  void afterAFloodWhileThisGatewayStartsTheHostIsFoundToBeQuick() {
    Queue host = new Queue(8, 4 * MS, new AdaptiveLimit(FIRST, 50 * MS, new HostPace()));
    host.lateNs = 300 * MS;
    host.run(10, 5_000 * MS);
    host.lateNs = 0;
    host.run(10, 6_000 * MS);
    host.run(10, 10_000 * MS);
    assertThat(host.goodput(10_000 * MS)).isGreaterThan(0.9);
    assertThat(host.p99Ns()).isLessThan(60 * MS);
  }

  @Test
  void versionsThatShareAHostFindOutTogetherWhatItCanDo() {
    HostPace pace = new HostPace();
    AdaptiveLimit canary = new AdaptiveLimit(FIRST, 100 * MS, pace);
    Queue host = new Queue(8, 4 * MS, new AdaptiveLimit(FIRST, 100 * MS, pace), canary);
    host.run(0.7, 10_000 * MS);
    long calmNs = host.p99Ns();
    // More than one round of probes.
    host.run(10, 15_000 * MS);
    for (int i = 0; i < 3; i++) {
      host.run(10, 10_000 * MS);
      assertThat(host.goodput(10_000 * MS)).as("time %s", i).isGreaterThan(0.9);
      assertThat(host.p99Ns()).as("time %s", i).isLessThan(calmNs * 3 / 2);
      // Of a tenth of the calls.
      assertThat((double) host.answeredOf[1] / host.answered).as("time %s", i).isBetween(0.07, 0.2);
    }
  }

  @Test
  void aProbeHoldsUpNoOtherVersionForLong() {
    HostPace pace = new HostPace();
    AdaptiveLimit rare = new AdaptiveLimit(FIRST, 100 * MS, pace);
    AdaptiveLimit other = new AdaptiveLimit(FIRST, 100 * MS, pace);
    assertThat(pace.probe(rare, 0, MS)).isTrue();
    assertThat(pace.probe(other, 0, 2 * MS)).isFalse();
    assertThat(pace.probing(MS + HostPace.SHARED_NS_MAX)).isTrue();
    assertThat(pace.probing(2 * MS + HostPace.SHARED_NS_MAX)).isFalse();
    assertThat(pace.probe(other, 0, 2 * MS + HostPace.SHARED_NS_MAX)).isTrue();
    pace.probed(rare);
    assertThat(pace.probing(3 * MS + HostPace.SHARED_NS_MAX)).isTrue();
    pace.probed(other);
    assertThat(pace.probing(3 * MS + HostPace.SHARED_NS_MAX)).as("for this look").isTrue();
    pace.hold(3 * MS + HostPace.SHARED_NS_MAX);
    assertThat(pace.probing(3 * MS + HostPace.SHARED_NS_MAX)).isFalse();
  }

  @Test
  void aHostThatFallsSilentIsGivenNoMore() {
    AdaptiveLimit limit = new AdaptiveLimit(FIRST, 100 * MS, new HostPace());
    look(limit, 1, answers(10, MS), 1);
    for (int i = 2; i < 10; i++) {
      look(limit, i, answers(0, 0), limit.inFlightMax());
    }
    // Twice at the first look, for a moment says nothing.
    assertThat(limit.inFlightMax()).isBetween(FIRST, 2 * FIRST);
  }

  @Test
  void howLateAVersionWasCountsOnceThoughItShowedNothingInAnothersProbe() {
    HostPace pace = new HostPace();
    AdaptiveLimit busy = new AdaptiveLimit(FIRST, 100 * MS, pace);
    AdaptiveLimit rare = new AdaptiveLimit(FIRST, 100 * MS, pace);
    int look = 1;
    look(busy, look, answers(10, MS), 1);
    look(rare, look, answers(10, 200 * MS), 1);
    while (!rare.limited() || !busy.limited()) {
      look++;
      look(busy, look, answers(10, 2_000 * MS), FIRST);
      look(rare, look, answers(10, 800 * MS), FIRST);
    }
    LoopHealth.Counts pressed = answers(20, MS);
    pressed.turnedAway = 1;
    LoopHealth.Counts silent = answers(0, 0);
    silent.turnedAway = 1;
    // Time for several probes.
    for (int end = look + 400; look < end; look++) {
      look(busy, look + 1, pressed, AdaptiveLimit.PROBE);
      look(rare, look + 1, silent, AdaptiveLimit.PROBE);
    }
    // Twice as late as they may be.
    assertThat(rare.inFlightMax()).isEqualTo(FIRST / 2);
  }
}
