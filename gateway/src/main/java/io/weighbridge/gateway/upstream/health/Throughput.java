package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.TimeUnit;

/**
 * How many answers a host gives in a time, and how many it has lately been seen to give at most.
 * Confined to the health thread.
 */
final class Throughput {
  /** Fewer than this part of the most are fewer. */
  static final double ENOUGH = 0.9;

  /** What is judged is at least so long, and so many answers: fewer vary by chance. */
  static final long SPAN_NS = TimeUnit.SECONDS.toNanos(2);

  static final int ANSWERS = 400;

  /** After this time half of the most is enough. */
  static final long HALF_LIFE_NS = TimeUnit.SECONDS.toNanos(20);

  private double answers;
  private double spanNs;

  /** The most there were, in a nanosecond. */
  private double most;

  /** Takes the answers of some time. */
  void take(long more, long durationNs) {
    answers += more;
    spanNs += durationNs;
    most *= Math.pow(0.5, (double) durationNs / HALF_LIFE_NS);
    if (spanNs >= SPAN_NS && answers >= ANSWERS) {
      most = Math.max(most, answers / spanNs);
      answers /= 2;
      spanNs /= 2;
    }
  }

  /** Whether it gives nearly as many as at most; true while little is known. */
  boolean enough() {
    return 2 * spanNs < SPAN_NS || answers >= ENOUGH * most * spanNs;
  }
}
