package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.TimeUnit;

/**
 * How many times what they take at rest answers may take while calls are turned away. As little as
 * {@link #LEAST}, which keeps the host's own queue short, unless fewer answers come for it: a host
 * that does more with more at a time (in batches) is found out by that, and given {@link #STEP}
 * times as long for some time, and again if that is not enough. Confined to the health thread.
 *
 * <p>Implementation note: answers come and go for other reasons too, so it is asked twice. More
 * must come with more time, and fewer without it before as well as after: where they were fewer in
 * the first span with less, or else in two, and then again in one more.
 */
final class Slowdown {
  /** What is never held against a host; it begins here. */
  static final double USUAL = 2;

  static final double LEAST = 1.25;

  /** So many times more where a host gave fewer answers for less. */
  static final double STEP = USUAL / LEAST;

  /** And gives so many times the answers for that: else it is slow for another reason. */
  static final double STEP_PAYS = 1.05;

  /** For this long, at first; for twice as long each further time. */
  static final long ROOM_NS = TimeUnit.SECONDS.toNanos(20);

  static final long ROOM_NS_MAX = TimeUnit.MINUTES.toNanos(5);

  /** What the span that is over tried. */
  private enum Trial {
    NONE,
    MORE,
    LESS_AGAIN
  }

  private final Throughput throughput = new Throughput();
  private double factor = USUAL;
  private Trial trial = Trial.NONE;
  private boolean fewerBefore;

  /** Whether less was given for the first time in the span that goes on. */
  private boolean lowered;

  /** Whether more was given because fewer came in such a span. */
  private boolean shown;

  /** Answers before more was given, and with it. */
  private double lessPerNs;

  private double morePerNs;

  /** Whether it paid the last time. */
  private boolean pays;

  /** Until then it is not tried whether less is enough. */
  private long roomUntilNs;

  private long roomNs = ROOM_NS;

  /** No time was given before now. */
  void begin(long nowNs) {
    roomUntilNs = nowNs;
  }

  double factor() {
    return factor;
  }

  /**
   * Takes the answers of some time in which calls were turned away, or nearly.
   *
   * @param more whether more is allowed at all
   */
  void take(long answers, long durationNs, boolean more, long nowNs) {
    Throughput.Verdict verdict = throughput.take(answers, durationNs);
    if (verdict == Throughput.Verdict.NONE) {
      return;
    }
    boolean fewer = verdict == Throughput.Verdict.FEWER && more;
    boolean first = lowered;
    lowered = false;
    double perNs = throughput.lastPerNs();
    switch (trial) {
      case NONE -> {
        if (first || fewerBefore || !fewer) {
          shown = first;
          go(fewer, perNs, nowNs);
        }
      }
      case MORE -> {
        boolean paid = perNs >= STEP_PAYS * lessPerNs;
        pays = paid && shown;
        morePerNs = perNs;
        factor /= pays ? 1 : STEP;
        trial = paid && !pays ? Trial.LESS_AGAIN : Trial.NONE;
      }
      case LESS_AGAIN -> {
        pays = morePerNs >= STEP_PAYS * perNs;
        factor *= pays ? STEP : 1;
        trial = Trial.NONE;
      }
    }
    fewerBefore = fewer;
  }

  /** Tries more if there are fewer, or less when there was more for long enough. */
  private void go(boolean fewer, double perNs, long nowNs) {
    boolean over = nowNs - roomUntilNs >= 0;
    if (fewer && (over || pays)) {
      trial = Trial.MORE;
      lessPerNs = perNs;
      factor *= STEP;
    }
    if (trial == Trial.MORE && over) {
      roomUntilNs = nowNs + roomNs;
      roomNs = Math.min(ROOM_NS_MAX, 2 * roomNs);
    } else if (over) {
      roomNs = nowNs - roomUntilNs >= roomNs ? ROOM_NS : roomNs;
      lowered = factor > LEAST;
      factor = Math.max(LEAST, factor / STEP);
    }
  }
}
