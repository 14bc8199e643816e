package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.TimeUnit;

/**
 * How many times what they take at rest answers may take while calls are turned away. As little as
 * {@link #LEAST}, which keeps the host's own queue short, unless fewer answers come for it: a host
 * that does more with more at a time (in batches) is found out by that, and given {@link #STEP}
 * times as long for some time, and again if that is not enough. Confined to the health thread.
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

  private final Throughput throughput = new Throughput();
  private double factor = USUAL;

  /** Whether that was just put up, from how many answers, and whether it paid the last time. */
  private boolean stepped;

  private boolean pays;
  private double beforePerNs;

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
    double perNs = throughput.lastPerNs();
    if (stepped) {
      pays = perNs >= STEP_PAYS * beforePerNs;
      factor /= pays ? 1 : STEP;
    }
    boolean over = nowNs - roomUntilNs >= 0;
    stepped = verdict == Throughput.Verdict.FEWER && (over || pays) && more;
    if (stepped) {
      beforePerNs = perNs;
      factor *= STEP;
    }
    if (stepped && over) {
      roomUntilNs = nowNs + roomNs;
      roomNs = Math.min(ROOM_NS_MAX, 2 * roomNs);
    } else if (over) {
      roomNs = nowNs - roomUntilNs >= roomNs ? ROOM_NS : roomNs;
      factor = Math.max(LEAST, factor / STEP);
    }
  }
}
