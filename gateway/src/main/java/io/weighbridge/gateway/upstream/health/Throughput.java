package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.TimeUnit;

/**
 * How many answers a host gives in a time, and how many it has lately been seen to give at most.
 * Confined to the health thread.
 */
final class Throughput {
  /** Fewer than this part of the most are fewer. */
  static final double ENOUGH = 0.9;

  /**
   * What is judged is at least so long, and so many answers, or should be: fewer vary by chance.
   */
  static final long SPAN_NS = TimeUnit.SECONDS.toNanos(2);

  static final int ANSWERS = 400;

  /** After this time half of the most is enough. */
  static final long HALF_LIFE_NS = TimeUnit.SECONDS.toNanos(20);

  private long answers;
  private long spanNs;

  /** The most there were, in a nanosecond. */
  private double most;

  private double lastPerNs;

  /** What a span showed. */
  enum Verdict {
    /** It is not over. */
    NONE,
    ENOUGH,
    FEWER
  }

  /** Takes the answers of some time. */
  Verdict take(long more, long durationNs) {
    answers += more;
    spanNs += durationNs;
    most *= Math.pow(0.5, (double) durationNs / HALF_LIFE_NS);
    if (spanNs < SPAN_NS || (answers < ANSWERS && most * spanNs < ANSWERS)) {
      return Verdict.NONE;
    }
    lastPerNs = (double) answers / spanNs;
    Verdict verdict = lastPerNs < ENOUGH * most ? Verdict.FEWER : Verdict.ENOUGH;
    most = Math.max(most, lastPerNs);
    answers = 0;
    spanNs = 0;
    return verdict;
  }

  /** Answers in a nanosecond of the last span. */
  double lastPerNs() {
    return lastPerNs;
  }
}
