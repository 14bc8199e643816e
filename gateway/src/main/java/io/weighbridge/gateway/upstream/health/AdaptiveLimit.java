package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.TimeUnit;

/**
 * How many calls of a version a host is given at a time. Confined to the health thread.
 *
 * <pre>
 * Implementation notes: the gradient controller of Envoy's adaptive concurrency filter (after Netflix's concurrency-
 * limits, 2018): the limit shrinks by as much as answers are late, and grows by its square root otherwise (by an eighth
 * where that is less). Late is what takes longer than SLOWDOWN times an answer of a host with little to do, and longer
 * than it by a wait that hurts: a queue of milliseconds is what keeps a host busy. Five things differ, for models answer
 * in a millisecond or in a minute. There is no limit until answers are late. Nothing is judged before there are SAMPLES answers, and nothing
 * changed again before the answers to what was let in since. What answers take at rest is found by letting PROBE calls
 * in at a time, but only under pressure, which is calls turned away, or late answers while half of the limit is used;
 * and in no more than one part in PROBE_PART of the time. Without pressure, what answers take is what they take, and
 * is followed slowly. And between probes a limit that turns nobody away is left alone.
 *
 * Calls that are turned away wait in turns, which a host's own queue does not know. So while there are such, it is kept
 * short: answers may take SLOWDOWN_FULL times what they take at rest, unless fewer of them come for it. A host that does
 * more with more at a time (in batches) is found out by that, and given STEP times as long for some time, and again if
 * that is not enough.
 * </pre>
 */
final class AdaptiveLimit {
  /** A host that answers at all is given this many. */
  static final int MIN = 4;

  /** No limit. */
  static final int NONE = 100_000;

  /** Without a limit, half of this many are a use that a limit could help. */
  static final int USUAL = 100;

  /** Calls at a time while it is looked what answers take at rest. */
  static final int PROBE = 3;

  /** Answers that a judgement needs. */
  static final int SAMPLES = 10;

  /** Answers may take this many times what they take at rest. */
  static final double SLOWDOWN = 2;

  /** As much while calls are turned away, and the host gives as many answers for it. */
  static final double SLOWDOWN_FULL = 1.25;

  /** Or this much longer: what a busy machine may add. */
  static final long WAIT_FULL_NS = TimeUnit.MILLISECONDS.toNanos(1);

  /** So many times more where a host gave fewer answers for it. */
  static final double STEP = SLOWDOWN / SLOWDOWN_FULL;

  /** And gives so many times the answers for that: else it is slow for another reason. */
  static final double STEP_PAYS = 1.05;

  /** For this long, at first; for twice as long each further time. */
  static final long ROOM_NS = TimeUnit.SECONDS.toNanos(20);

  static final long ROOM_NS_MAX = TimeUnit.MINUTES.toNanos(5);

  /** A moment's press is no overload. */
  private static final long PRESSED_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long PROBE_EVERY_NS = TimeUnit.SECONDS.toNanos(10);
  private static final int PROBE_PART = 20;

  /** Of a batch without pressure, this part is believed. */
  private static final double FOLLOWED = 0.05;

  /** Of one that was quicker than any before, whatever presses. */
  private static final double FOLLOWED_DOWN = 0.3;

  /**
   * A probe finds answers to take this many times what was known at most: this gateway may be what
   * is slow.
   */
  private static final double RISE_MOST = 1.5;

  private static final double SHRINK_MOST = 0.5;
  private static final double GROWS_MOST = 0.125;

  private final long waitNsMax;
  private final Throughput throughput = new Throughput();
  private double limit;
  private double restNs;
  private boolean probing;
  private double pressedNs;

  /** When nothing pressed last. */
  private long calmNs;

  private long probedAtNs;
  private long probeDueNs;
  private long quietUntilNs;

  /** Calls to end before answers count: those let in before the probe. */
  private long leftOut;

  private double slowdown = SLOWDOWN;

  /** Whether that was just put up, from how many answers, and whether it paid the last time. */
  private boolean stepped;

  private boolean pays;
  private double beforePerNs;

  /** Until then it is not tried whether less is enough. */
  private long roomUntilNs;

  private long roomNs = ROOM_NS;
  private long tookAtNs;
  private long timed;
  private long latencyNs;
  private boolean turnedAway;

  /**
   * The limit of a host of which nothing is known.
   *
   * @param first where it begins
   * @param waitNsMax how much longer than at rest an answer may always take
   */
  AdaptiveLimit(int first, long waitNsMax) {
    limit = first;
    this.waitNsMax = waitNsMax;
  }

  /** How many calls may be in flight. */
  int inFlightMax() {
    return probing ? PROBE : (int) limit;
  }

  /**
   * Takes what came of the host since the last look.
   *
   * @param more answers and how long they took
   * @param inFlight calls that wait for one
   */
  void take(LoopHealth.Counts more, long inFlight, long nowNs) {
    turnedAway |= more.turnedAway > 0;
    // What it gives when little is asked of it, or while nobody looked, says nothing of what it
    // could.
    boolean looked = nowNs - tookAtNs <= 2 * HostHealth.LOOK_NS;
    boolean pressed = more.turnedAway > 0 || used(inFlight);
    if (looked && pressed && !probing && leftOut == 0) {
      step(throughput.take(more.timed, nowNs - tookAtNs), nowNs);
    }
    tookAtNs = nowNs;
    if (leftOut > 0) {
      leftOut = Math.max(0, leftOut - more.ended);
      return;
    }
    timed += more.timed;
    latencyNs += more.latencyNs;
    if (timed >= SAMPLES) {
      judge((double) latencyNs / timed, inFlight, nowNs);
      timed = 0;
      latencyNs = 0;
      turnedAway = false;
    }
  }

  /** What an answer may take. */
  private double goodNs() {
    return Math.max(SLOWDOWN * restNs, restNs + waitNsMax);
  }

  /** What it may take while calls wait for its place. */
  private double goodFullNs() {
    return Math.min(goodNs(), Math.max(slowdown * restNs, restNs + WAIT_FULL_NS));
  }

  /** Allows more where less brought fewer answers and more brings more; tries less again later. */
  private void step(Throughput.Verdict verdict, long nowNs) {
    if (verdict == Throughput.Verdict.NONE) {
      return;
    }
    double perNs = throughput.lastPerNs();
    if (stepped) {
      pays = perNs >= STEP_PAYS * beforePerNs;
      slowdown /= pays ? 1 : STEP;
    }
    boolean over = nowNs - roomUntilNs >= 0;
    stepped = verdict == Throughput.Verdict.FEWER && (over || pays) && slowdown * restNs < goodNs();
    if (stepped) {
      beforePerNs = perNs;
      slowdown *= STEP;
    }
    if (stepped && over) {
      roomUntilNs = nowNs + roomNs;
      roomNs = Math.min(ROOM_NS_MAX, 2 * roomNs);
    } else if (over) {
      roomNs = nowNs - roomUntilNs >= roomNs ? ROOM_NS : roomNs;
      slowdown = Math.max(SLOWDOWN_FULL, slowdown / STEP);
    }
  }

  private boolean used(long inFlight) {
    return 2 * inFlight > (limit >= NONE ? USUAL : limit);
  }

  private void judge(double meanNs, long inFlight, long nowNs) {
    if (restNs == 0) {
      probeDueNs = nowNs;
      quietUntilNs = nowNs;
      roomUntilNs = nowNs;
    }
    boolean used = used(inFlight);
    boolean pressed = turnedAway || (used && meanNs > goodNs());
    calmNs = pressed && restNs > 0 ? calmNs : nowNs;
    if (probing) {
      probing = false;
      restNs = Math.min(meanNs, RISE_MOST * restNs);
      shrink(goodFullNs() / pressedNs);
      probeDueNs = nowNs + Math.max(PROBE_EVERY_NS, PROBE_PART * (nowNs - probedAtNs));
    } else if (pressed && nowNs - Math.max(probeDueNs, calmNs + PRESSED_NS) >= 0) {
      probing = true;
      limit = limit >= NONE ? inFlight : limit;
      pressedNs = meanNs;
      probedAtNs = nowNs;
      leftOut = inFlight;
    } else {
      follow(meanNs, used);
      if (turnedAway && nowNs - quietUntilNs >= 0) {
        adapt(goodFullNs() / meanNs);
        quietUntilNs = nowNs + (long) meanNs;
      }
    }
  }

  /** What answers take at rest is never more than the least seen, unless nothing presses. */
  private void follow(double meanNs, boolean used) {
    if (restNs == 0) {
      restNs = meanNs;
    } else if (meanNs < restNs) {
      restNs += FOLLOWED_DOWN * (meanNs - restNs);
    } else if (!turnedAway && !used) {
      restNs += FOLLOWED * (meanNs - restNs);
    }
  }

  private void adapt(double gradient) {
    if (gradient < 1) {
      shrink(Math.max(SHRINK_MOST, gradient));
    } else {
      limit = Math.min(NONE, limit + Math.max(1, Math.min(Math.sqrt(limit), GROWS_MOST * limit)));
    }
  }

  private void shrink(double kept) {
    limit = Math.max(MIN, limit * Math.min(1, kept));
  }
}
