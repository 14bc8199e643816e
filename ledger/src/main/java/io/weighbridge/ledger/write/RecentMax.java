package io.weighbridge.ledger.write;

/**
 * The largest value of the last minute, or a little less: of the half minute that runs and the one
 * before. Written by one thread, read by any.
 */
final class RecentMax {
  private static final long HALF_NS = 30_000_000_000L;

  private long startedNs;
  private long running;
  private long before;
  private volatile long max;

  RecentMax(long nowNs) {
    this.startedNs = nowNs;
  }

  /** Takes a value of this moment. */
  void see(long nowNs, long value) {
    long halves = (nowNs - startedNs) / HALF_NS;
    if (halves > 0) {
      before = halves == 1 ? running : 0;
      running = 0;
      startedNs += halves * HALF_NS;
    }
    running = Math.max(running, value);
    max = Math.max(running, before);
  }

  /** As of the last value taken. */
  long max() {
    return max;
  }
}
