package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.TimeUnit;

/**
 * After what time an answer of a version is late: nineteen of twenty came sooner, of those of the
 * last seconds. Confined to the health thread.
 *
 * <p>That point, and why there: Dean and Barroso, "The Tail at Scale", 2013. Whoever asks again
 * only then asks one time in twenty, however slow all of them are. Answers that were not waited for
 * to their end count with the time they were waited for, which is longer than this: the point stays
 * where it would be without them.
 */
final class LatePoint {
  private static final double SOONER = 0.95;

  /** With fewer answers the slowest few of them say nothing about the next one. */
  static final int ANSWERS_MIN = 100;

  /** How long it takes until an answer counts half as much. */
  static final long HALF_LIFE_NS = TimeUnit.SECONDS.toNanos(10);

  /** So that seldom calls are remembered longer: no more is forgotten than leaves enough. */
  private static final int KEPT_MIN = 2 * ANSWERS_MIN;

  /** From one time to the next. */
  static final long TAKE_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final long[] counts = new long[LatencyCounts.BUCKETS];
  private final int[] seen = new int[LatencyCounts.BUCKETS];
  private long count;
  private long halvedAtNs;
  private long takenAtNs;
  private boolean begun;
  private long ns = Long.MAX_VALUE;

  /** Whether it is worth to take what was counted: that is many numbers. */
  boolean due(long nowNs) {
    return !begun || nowNs - takenAtNs >= TAKE_NS;
  }

  /**
   * Takes what event loops counted by now.
   *
   * @param sums by bucket
   */
  void take(int[] sums, long nowNs) {
    if (!begun) {
      begun = true;
      halvedAtNs = nowNs;
      takenAtNs = nowNs;
    }
    // Nobody looks while there are no answers: time goes by all the same.
    long halvings =
        Math.max((nowNs - takenAtNs) / HALF_LIFE_NS, nowNs - halvedAtNs >= HALF_LIFE_NS ? 1 : 0);
    takenAtNs = nowNs;
    for (; halvings > 0 && count >= KEPT_MIN; halvings--) {
      halve();
      halvedAtNs = nowNs;
    }
    for (int i = 0; i < counts.length; i++) {
      int more = sums[i] - seen[i];
      counts[i] += more;
      count += more;
    }
    System.arraycopy(sums, 0, seen, 0, seen.length);
    ns = count < ANSWERS_MIN ? Long.MAX_VALUE : point();
  }

  private void halve() {
    count = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] /= 2;
      count += counts[i];
    }
  }

  private long point() {
    long sooner = (long) Math.ceil(SOONER * count);
    int bucket = 0;
    for (long sum = counts[0]; sum < sooner; sum += counts[bucket]) {
      bucket++;
    }
    return LatencyCounts.boundNs(bucket);
  }

  /** That time; {@link Long#MAX_VALUE} while too few answers are known. */
  long ns() {
    return ns;
  }
}
