package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.TimeUnit;

/**
 * How many calls of a version a host is given at a time. Confined to the health thread.
 *
 * <pre>
 * Implementation notes: the gradient controller of Envoy's adaptive concurrency filter (after Netflix's concurrency-
 * limits, 2018): the limit shrinks by as much as answers are late, and grows by its square root otherwise (by an eighth
 * where that is less). Late is what takes longer than Slowdown.USUAL times an answer of a host with little to do, and longer
 * than it by a wait that hurts: a queue of milliseconds is what keeps a host busy. Five things differ, for models answer
 * in a millisecond or in a minute. Before answers are late for the first time the limit is there only so that no flood
 * fills the host's line while nobody can see it yet: it is twice what the host has, as TCP's window doubles in slow start
 * (RFC 5681), or what the host answers in ROOM_NS. Nothing is judged before there are SAMPLES answers, and nothing changed
 * again before the answers to what was let in since. What answers take at rest is found by letting PROBE calls in at a
 * time, but only under pressure, which is calls turned away, or late answers while half of the limit is used; and in no
 * more than one part in PROBE_PART of the time. Where the first answers that count come while more than half of FIRST are
 * waited for, because this gateway was late itself before, that many are let in for it at once. Without pressure, what
 * answers take is what they take, and is followed slowly. And between probes a limit that turns nobody away is left alone.
 *
 * Calls that are turned away wait in turns, which a host's own queue does not know. So while there are such, it is kept
 * short, see Slowdown. And where this gateway is late itself (LAG_NS_MAX), what was seen late is not held against the
 * host; a probe goes on, for it shows at least what an answer does not take.
 *
 * Calls of other versions may stand in the same line of the host. So all that are pressed probe at once, what the host
 * gives is added up, and limits come to be in proportion to what is asked of each, see HostPace.
 * </pre>
 */
final class AdaptiveLimit {
  /** A host that answers at all is given this many, of all its versions that are limited. */
  static final int MIN = 4;

  /** No host is given more. */
  static final int MOST = 100_000;

  /** A host of which nothing is known; half of this many are a use that a limit could help. */
  static final int FIRST = 100;

  /** Before answers are late, a host may have as many as it answers in this time... */
  private static final long ROOM_NS = TimeUnit.MILLISECONDS.toNanos(250);

  /** ... or twice as many as it has, or this part of what it might have at the look before. */
  private static final double ROOM_KEPT = 0.9;

  /** Calls at a time while it is looked what answers take at rest. */
  static final int PROBE = 3;

  /** Answers that a judgement needs. */
  static final int SAMPLES = 10;

  /** While calls are turned away it may be this much longer: what a busy machine adds. */
  static final long WAIT_FULL_NS = TimeUnit.MILLISECONDS.toNanos(1);

  /** A moment's press is no overload. */
  private static final long PRESSED_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long PROBE_EVERY_NS = TimeUnit.SECONDS.toNanos(10);
  private static final int PROBE_PART = 20;

  /** After one with many at a time. */
  private static final long PROBE_SOON_NS = TimeUnit.SECONDS.toNanos(2);

  /** Of a batch without pressure, this part is believed. */
  private static final double FOLLOWED = 0.05;

  /** Of one that was quicker than any before, whatever presses. */
  private static final double FOLLOWED_DOWN = 0.3;

  /**
   * A probe finds answers to take this many times what was known at most: this gateway may be what
   * is slow.
   */
  private static final double RISE_MOST = 1.5;

  /** A lag of this gateway says something of the gateway alone where it is more than that. */
  static final long LAG_NS_MAX = TimeUnit.MILLISECONDS.toNanos(50);

  /** And more than this part of what answers took. */
  static final double LAG_PART_MAX = 0.25;

  private static final double SHRINK_MOST = 0.5;
  private static final double GROWS_MOST = 0.125;

  /** By this part of the difference each time a limit comes nearer to its share of the host. */
  private static final double EVENED = 0.1;

  private final long waitNsMax;
  private final HostPace pace;
  private final int first;
  private double limit;

  /** Whether answers have been late for long: before that the limit follows what the host has. */
  private boolean limited;

  /** Answers between two looks, lately, and whether the last ones were late. */
  private double answers;

  private boolean late;

  /** When one came, or none was waited for. */
  private long heardNs;

  private double restNs;
  private boolean probing;
  private int probe;

  /** Whether the probe that goes on was begun here. */
  private boolean ours;

  /** Whether the probe that goes on has shown something of this version. */
  private boolean probed;

  /** What calls asked for between two looks would take at rest, lately. */
  private double demandNs;

  /** What answers took at the last judgement. */
  private double lastNs;

  /** When nothing pressed last. */
  private long calmNs;

  private long probedAtNs;
  private long probeDueNs;
  private long quietUntilNs;

  /** Calls to end before answers count. */
  private long leftOut;

  /** Whether any ever were for this gateway's being late. */
  private boolean leftAny;

  private long timed;
  private long latencyNs;
  private boolean turnedAway;

  /**
   * The limit of a host of which nothing is known.
   *
   * @param first where it begins; more is given at once where answers are not late
   * @param waitNsMax how much longer than at rest an answer may always take
   * @param pace of the host
   */
  AdaptiveLimit(int first, long waitNsMax, HostPace pace) {
    this.first = first;
    limit = first;
    this.waitNsMax = waitNsMax;
    this.pace = pace;
    pace.joined();
  }

  /** How many calls may be in flight. */
  int inFlightMax() {
    return probing ? probe : (int) limit;
  }

  /** Whether few are let in to see what answers take at rest. */
  boolean probing() {
    return probing;
  }

  /** Whether answers have been late, so that it was looked for what the host can do. */
  boolean limited() {
    return limited;
  }

  /** Whether it changes with what calls show only. */
  boolean settled() {
    return limited || limit <= first;
  }

  /** Whether the host has, or was denied, as many calls as it may have, whichever version's. */
  boolean pressed() {
    return probing || pace.pressed();
  }

  /**
   * Takes what came of the host since the last look.
   *
   * @param more answers and how long they took
   * @param inFlight calls that wait for one
   */
  void take(LoopHealth.Counts more, long inFlight, SeatHealth.Moment at) {
    long nowNs = at.nowNs();
    if (!limited) {
      makeRoom(more, inFlight, at);
    }
    if (!probing && lateHere(more, at)) {
      pace.hold(nowNs);
      leaveOut(inFlight);
      return;
    }
    boolean denied = limited && more.turnedAway > 0;
    turnedAway |= denied;
    boolean pressed = denied || used(inFlight);
    show(more, inFlight, pressed, nowNs);
    takePart(inFlight, pressed, at);
    if (leftOut > 0) {
      leftOut = Math.max(0, leftOut - more.ended);
      return;
    }
    if (probing && !pace.atRest(nowNs)) {
      return;
    }
    timed += more.timed;
    latencyNs += more.latencyNs;
    if (timed >= SAMPLES) {
      judge((double) latencyNs / timed, inFlight, at);
      timed = 0;
      latencyNs = 0;
      turnedAway = false;
    }
  }

  /** Before answers have been late for long: as many as the host shows that it takes well. */
  private void makeRoom(LoopHealth.Counts more, long inFlight, SeatHealth.Moment at) {
    answers += HostPace.FOLLOWED * (more.timed - answers);
    heardNs = more.timed > 0 || inFlight == 0 ? at.nowNs() : heardNs;
    if (more.timed > 0) {
      // What is in flight will have taken as long, if the host goes on like this.
      double soonNs = (double) inFlight * HostHealth.LOOK_NS / more.timed;
      late = restNs > 0 && Math.max(soonNs, (double) more.latencyNs / more.timed) > goodNs();
    } else {
      late |= restNs > 0 && at.nowNs() - heardNs > goodNs();
    }
    // For as long as this gateway is late itself, nobody knows what the host has answered.
    if (at.lagNs() <= LAG_NS_MAX) {
      double used = more.turnedAway > 0 ? limit : inFlight;
      limit = Math.max(ROOM_KEPT * limit, late ? 0 : 2 * used);
    }
    limit = Math.clamp(Math.max(limit, answers * ROOM_NS / HostHealth.LOOK_NS), first, MOST);
  }

  /** Tells the host's pace what is seen here. */
  private void show(LoopHealth.Counts more, long inFlight, boolean pressed, long nowNs) {
    boolean longer = pace.factor() * restNs < goodNs();
    boolean held = probing || leftOut > 0;
    double askedNs = (more.timed + more.turnedAway) * restNs;
    demandNs += HostPace.FOLLOWED * (askedNs - demandNs);
    double usedOfLimit = limited ? Math.min(limit, (double) inFlight) : 0;
    pace.take(new HostPace.Shown(more.timed, askedNs, usedOfLimit, pressed, longer, held), nowNs);
  }

  /** Begins or ends to take part in another version's probe; what is not pressed is left alone. */
  private void takePart(long inFlight, boolean pressed, SeatHealth.Moment at) {
    boolean probes = pace.probing(at.nowNs());
    if (probes && !probing && pressed && restNs > 0 && limited) {
      probe(PROBE, inFlight, at.nowNs());
    } else if (!probes && probing && !ours) {
      probing = false;
      if (probed) {
        probeDueNs = dueNs(at);
      } else {
        // How late answers were before says as much as it did then.
        shrinkAsLate();
      }
    }
  }

  private static boolean lateHere(LoopHealth.Counts more, SeatHealth.Moment at) {
    return at.lagNs() > LAG_NS_MAX && at.lagNs() * more.timed > LAG_PART_MAX * more.latencyNs;
  }

  /**
   * This gateway was what was slow: nothing that came since the last look says anything of the
   * host, nor will the answers to what is in flight.
   */
  private void leaveOut(long inFlight) {
    leftAny = true;
    leftOut = inFlight;
    timed = 0;
    latencyNs = 0;
    turnedAway = false;
  }

  /** What an answer may take. */
  private double goodNs() {
    return Math.max(Slowdown.USUAL * restNs, restNs + waitNsMax);
  }

  /** What it may take while calls wait for its place. */
  private double goodFullNs() {
    return Math.min(goodNs(), Math.max(pace.factor() * restNs, restNs + WAIT_FULL_NS));
  }

  private boolean used(long inFlight) {
    return 2 * inFlight > (limited ? limit : FIRST);
  }

  private void judge(double meanNs, long inFlight, SeatHealth.Moment at) {
    long nowNs = at.nowNs();
    boolean first = restNs == 0;
    if (first) {
      restNs = meanNs;
      probeDueNs = nowNs;
      quietUntilNs = nowNs;
    }
    boolean used = used(inFlight);
    boolean blind = first && used && leftAny;
    boolean pressed = turnedAway || (used && meanNs > goodNs());
    calmNs = pressed && !first ? calmNs : nowNs;
    lastNs = probing ? lastNs : meanNs;
    if (probing) {
      probed(meanNs, at);
    } else if (blind || (pressed && nowNs - Math.max(probeDueNs, calmNs + PRESSED_NS) >= 0)) {
      limit = limited ? limit : inFlight;
      limited = true;
      probe(blind ? FIRST / 2 : PROBE, inFlight, nowNs);
    } else {
      follow(meanNs, used);
      if (turnedAway && nowNs - quietUntilNs >= 0) {
        adapt(goodFullNs() / meanNs);
        quietUntilNs = nowNs + (long) meanNs;
      }
    }
  }

  /** Lets few in, as others of the host do that are pressed, to see what answers take at rest. */
  private void probe(int inFlightMax, long inFlight, long nowNs) {
    probing = true;
    probed = false;
    probe = inFlightMax;
    probedAtNs = nowNs;
    // The last of a long line may be overtaken by the first after it.
    leftOut = inFlight + (lastNs > goodNs() ? PROBE : 0);
    timed = 0;
    latencyNs = 0;
    ours = pace.probe(this, (long) lastNs, nowNs);
  }

  private void probed(double meanNs, SeatHealth.Moment at) {
    if (probed) {
      restNs = Math.min(restNs, meanNs);
    } else {
      restNs = Math.min(meanNs, RISE_MOST * restNs);
      shrinkAsLate();
    }
    probed = true;
    if (ours) {
      pace.probed(this);
      probing = false;
      probeDueNs = dueNs(at);
    }
  }

  /** When the next probe is due after this one. */
  private long dueNs(SeatHealth.Moment at) {
    if (probe > PROBE) {
      return at.nowNs() + PROBE_SOON_NS;
    }
    // What was seen of it through a lag is worth another look soon.
    long tookNs = at.lagNs() > LAG_NS_MAX ? 0 : at.nowNs() - probedAtNs;
    return at.nowNs() + Math.max(PROBE_EVERY_NS, PROBE_PART * tookNs);
  }

  /** What answers take at rest is never more than the least seen, unless nothing presses. */
  private void follow(double meanNs, boolean used) {
    if (meanNs < restNs) {
      restNs += FOLLOWED_DOWN * (meanNs - restNs);
    } else if (!turnedAway && !used && !pace.pressed()) {
      restNs += FOLLOWED * (meanNs - restNs);
    }
  }

  private void adapt(double gradient) {
    double share = pace.share(demandNs);
    double all = Math.max(limit, pace.used());
    if (gradient < 1) {
      shrink(Math.max(SHRINK_MOST, gradient));
    } else {
      double growth = Math.max(1, Math.min(Math.sqrt(all), GROWS_MOST * all));
      limit = Math.min(MOST, limit + growth * share);
    }
    if (pace.shared()) {
      // Else the one of which more was seen by chance would get more and more of it.
      limit = Math.max(1, limit + EVENED * (share * all - limit));
    }
  }

  /** By as much as answers were late at the last judgement, which counts once. */
  private void shrinkAsLate() {
    shrink(goodFullNs() / lastNs);
    lastNs = Math.min(lastNs, goodFullNs());
  }

  private void shrink(double kept) {
    double least = Math.max(1, MIN * pace.share(demandNs));
    limit = Math.max(least, limit * Math.min(1, kept));
  }
}
