package io.weighbridge.gateway.upstream.health;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.weighbridge.gateway.call.HostTable.Host;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a version on a host has been doing, and whether it rests. Confined to the health thread.
 *
 * <p>The circuit breaker decides when it rests and for how long; it is fed once per look with a
 * sample of what event loops counted. When a rest is over, {@link #PROBES} real calls, one after
 * the other, must pass; then its share of the calls grows over {@link #RAMP_NS}.
 */
final class SeatHealth {
  /** Calls in a row that end a rest. */
  static final int PROBES = 3;

  /** How long a share grows after a rest. */
  static final long RAMP_NS = TimeUnit.SECONDS.toNanos(5);

  /** Enough to find out whether it is well, too little to hurt when it is not. */
  static final double SHARE_FIRST = 0.1;

  static final long REST_FIRST_NS = TimeUnit.SECONDS.toNanos(1);

  /** Failures in a row, whatever the requests were, after which a host has nothing to offer. */
  static final int BROKE_IN_ROW = 10;

  /** What the breaker judges by: at most the last second, see {@link #BATCH_CALLS_MAX}. */
  private static final int WINDOW_CALLS = 100;

  private static final int CALLS_MIN = 10;

  /** Between two looks; fewer move nothing that a look decides. */
  private static final int QUIET_CALLS = CALLS_MIN;

  private static final float FAILED_PERCENT_MAX = 50;

  /** Fed to the breaker from one look: ten looks fill its window, however many calls there are. */
  private static final int BATCH_CALLS_MAX = 10;

  /** A call on probation that takes longer hangs, unless others are as slow. */
  private static final long HANG_NS = TimeUnit.SECONDS.toNanos(2);

  /** Rests are forgotten after a good time of this many times the next one. */
  private static final int GOOD_RESTS = 10;

  private static final int DOUBLINGS_MAX = 20;

  final Host host;
  final int seat;
  private final CircuitBreaker breaker;
  private final long restMaxNs;
  private final Recent recent = new Recent();
  private final AdaptiveLimit limit;
  private final LoopShares shares;
  private final Map<Reason, Long> rests = new EnumMap<>(Reason.class);
  private final LoopHealth.Counts seen = new LoopHealth.Counts();
  private long ended;
  private double failedUnfed;
  private long brokeInRow;
  private int restsInRow;
  private @Nullable Reason reason;
  private @Nullable Probation probation;

  /** Calls that passed on probation without its place, because too many others rest as well. */
  private long passedServed;

  private long sinceNs;
  private long sinceUnixMs = System.currentTimeMillis();
  private boolean ramping;

  /** As it was asked last. */
  private boolean unready;

  SeatHealth(Host host, LoopShares shares, Clock clock, HealthLimits limits, HostPace pace) {
    this.host = host;
    this.shares = shares;
    seat = shares.seat;
    restMaxNs = limits.restMaxNs();
    limit = new AdaptiveLimit(limits.inFlightFirst(), limits.waitMaxNs(), pace);
    CircuitBreakerConfig config =
        CircuitBreakerConfig.custom()
            .clock(clock)
            .slidingWindow(
                WINDOW_CALLS, CALLS_MIN, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
            .recordResult(Boolean.TRUE::equals)
            .failureRateThreshold(FAILED_PERCENT_MAX)
            .permittedNumberOfCallsInHalfOpenState(PROBES)
            .waitIntervalFunctionInOpenState(_ -> TimeUnit.NANOSECONDS.toMillis(restNs()))
            .build();
    breaker = CircuitBreaker.of(host.id() + "-" + seat, config);
  }

  /** How long the next rest takes. */
  private long restNs() {
    return Math.min(restMaxNs, REST_FIRST_NS << Math.min(DOUBLINGS_MAX, restsInRow));
  }

  /**
   * A look.
   *
   * @param lagNs how late this gateway is itself, which looks like a late host
   */
  record Moment(long nowNs, long lagNs) {}

  /**
   * Takes what event loops counted by now.
   *
   * @param slowNs latency at which an answer on probation has failed
   * @param served whether it got calls although it should rest
   */
  void take(LoopHealth.Counts now, Moment at, long slowNs, boolean served) {
    long nowNs = at.nowNs();
    LoopHealth.Counts more = now.since(seen);
    seen.set(now);
    ended = more.ended;
    recent.take(more, nowNs);
    limit.take(more, recent.inFlight(), at);
    brokeInRow = more.answered + more.erred > 0 ? more.broke : brokeInRow + more.broke;
    switch (breaker.getState()) {
      case CLOSED -> {
        feed(more.answered, more.erred + more.broke);
        if (breaker.getState() == CircuitBreaker.State.OPEN) {
          resting(Reason.FAILING, nowNs);
        } else {
          wellAgain(nowNs);
        }
      }
      case OPEN -> {
        // The rest of one that is not ready ends when it is.
        if (!unready && reason != Reason.NOT_READY && breaker.tryAcquirePermission()) {
          onProbation(slowNs, nowNs);
        }
      }
      default -> tryOut(more, at, served);
    }
  }

  /**
   * A connection to it was made: if it was given up for it answered nothing, it need not rest any
   * longer, once.
   */
  void connected(long slowNs, long nowNs) {
    if (breaker.getState() == CircuitBreaker.State.OPEN
        && dead()
        && !unready
        && reason != Reason.PROBATION_FAILED) {
      breaker.transitionToHalfOpenState();
      onProbation(slowNs, nowNs);
    }
  }

  /**
   * Takes what asking it showed: it rests while it is not ready, and not longer.
   *
   * @param not null when it is ready, or was not asked; else whether it says that it is not
   */
  void asked(@Nullable Boolean not, long nowNs, long slowNs) {
    // Calls that are answered say more than a question that is not.
    unready = not != null && (not || recent.timed() == 0);
    if (unready && breaker.getState() != CircuitBreaker.State.OPEN) {
      rest(Reason.NOT_READY, nowNs);
    } else if (!unready && !in() && !onProbation() && reason == Reason.NOT_READY) {
      breaker.transitionToHalfOpenState();
      onProbation(slowNs, nowNs);
    }
  }

  private void onProbation(long slowNs, long nowNs) {
    probation = new Probation(slowNs);
    passedServed = 0;
    since(nowNs);
  }

  private void feed(long answered, long failed) {
    long calls = answered + failed;
    long fed = Math.min(calls, BATCH_CALLS_MAX);
    failedUnfed += calls == 0 ? 0 : (double) failed * fed / calls;
    long failedFed = Math.min(fed, (long) (failedUnfed + 1e-9));
    failedUnfed -= failedFed;
    for (long i = 0; i < fed; i++) {
      breaker.onResult(0, TimeUnit.NANOSECONDS, i < failedFed);
    }
  }

  /** Judges calls on probation; when it was served in spite of its rest, any calls. */
  private void tryOut(LoopHealth.Counts more, Moment at, boolean served) {
    Probation trial = probation;
    boolean failed = trial != null && trial.failed(at.nowNs(), HANG_NS + at.lagNs());
    if (served) {
      failed |= more.erred + more.broke > 0;
      passedServed += more.answered;
    }
    if (failed) {
      rest(Reason.PROBATION_FAILED, at.nowNs());
    } else if (passedServed + (trial == null ? 0 : trial.passed()) >= PROBES) {
      breaker.transitionToClosedState();
      probation = null;
      brokeInRow = 0;
      failedUnfed = 0;
      ramping = true;
      since(at.nowNs());
    }
  }

  /** It is new to the version: its share grows, unless it rests anyhow. */
  void starts(long nowNs) {
    if (in()) {
      ramping = true;
      since(nowNs);
    }
  }

  /** Whether its share grows. */
  boolean starting() {
    return in() && ramping;
  }

  /** Whether nothing about it changes until the next call. */
  boolean settled() {
    return in() && !ramping && restsInRow == 0 && recent.settled() && limit.settled();
  }

  /** Whether so little goes on that it may be looked at less often. */
  boolean quiet() {
    return ended < QUIET_CALLS
        && recent.waiting() < Recent.WAITING_MIN
        && in()
        && !ramping
        && !unready
        && restsInRow == 0
        && !limit.pressed();
  }

  /** Sends it to rest. */
  void rest(Reason why, long nowNs) {
    breaker.transitionToOpenState();
    resting(why, nowNs);
  }

  private void resting(Reason why, long nowNs) {
    reason = why;
    rests.merge(why, 1L, Long::sum);
    restsInRow++;
    probation = null;
    ramping = false;
    since(nowNs);
  }

  private void wellAgain(long nowNs) {
    ramping &= nowNs - sinceNs < RAMP_NS;
    if (restsInRow > 0 && nowNs - sinceNs >= GOOD_RESTS * restNs()) {
      restsInRow = 0;
      reason = null;
    }
  }

  private void since(long nowNs) {
    sinceNs = nowNs;
    sinceUnixMs = System.currentTimeMillis();
  }

  /** Whether it may be given calls without more ado. */
  boolean in() {
    return breaker.getState() == CircuitBreaker.State.CLOSED;
  }

  boolean onProbation() {
    return breaker.getState() == CircuitBreaker.State.HALF_OPEN;
  }

  /** Whether nothing can be hoped for from it, even where too many others rest. */
  boolean dead() {
    return !in() && (reason == Reason.SILENT || brokeInRow >= BROKE_IN_ROW);
  }

  /** Share of its last calls that failed; negative while there were too few. */
  double failedShare() {
    return breaker.getMetrics().getFailureRate() / 100;
  }

  /** How many that were. */
  int failedCalls() {
    return breaker.getMetrics().getNumberOfFailedCalls();
  }

  Recent recent() {
    return recent;
  }

  /** Whether it was found how many calls it can do at a time. */
  boolean limited() {
    return limit.limited();
  }

  /** Calls it is given at a time. */
  int inFlightMax() {
    return limit.inFlightMax();
  }

  /** Whether that is so few only to see what answers take at rest. */
  boolean probing() {
    return limit.probing();
  }

  /** What part of them each event loop has. */
  LoopShares shares() {
    return shares;
  }

  /** What calls are told. */
  Standing standing(VersionHealth of, long nowNs) {
    long patienceNs = of.patienceNs();
    long lateNs = of.late().ns();
    if (in()) {
      double share = ramping ? SHARE_FIRST + (1 - SHARE_FIRST) * (nowNs - sinceNs) / RAMP_NS : 1;
      return new Standing(Standing.State.IN, Math.min(1, share), null, false, patienceNs, lateNs);
    }
    if (of.panic() && !dead()) {
      return new Standing(Standing.State.IN, 1, null, false, patienceNs, lateNs);
    }
    // What must show how it answers is waited for.
    return onProbation()
        ? new Standing(
            Standing.State.ON_PROBATION, 1, probation, !dead(), patienceNs, Long.MAX_VALUE)
        : new Standing(Standing.State.OUT, 0, null, !dead(), patienceNs, lateNs);
  }

  /** For people. */
  SeatReport report(int slot, boolean panic) {
    SeatReport.State state = ramping ? SeatReport.State.STARTING : SeatReport.State.IN;
    if (!in()) {
      state = onProbation() ? SeatReport.State.PROBATION : SeatReport.State.RESTING;
      state = panic && !dead() ? SeatReport.State.SERVED : state;
    }
    Reason why = reason;
    return new SeatReport(
        host,
        slot,
        state,
        why == null ? "" : why.word(),
        sinceUnixMs,
        new SeatReport.Figures(
            recent.inFlight(), limit.inFlightMax(), recent.meanNs(), Math.max(0, failedShare())),
        rests);
  }
}
