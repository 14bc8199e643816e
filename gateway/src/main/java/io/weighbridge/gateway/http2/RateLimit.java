package io.weighbridge.gateway.http2;

/**
 * Counts events of the current second against a maximum. Confined to its connection's event loop.
 */
final class RateLimit {
  private static final long SECOND_NS = 1_000_000_000L;

  private final int perSecondMax;
  private long secondStartNs;
  private int count;

  RateLimit(int perSecondMax, long nowNs) {
    this.perSecondMax = perSecondMax;
    secondStartNs = nowNs;
  }

  /** Whether one more event still fits this second. */
  boolean admit(long nowNs) {
    if (nowNs - secondStartNs >= SECOND_NS) {
      secondStartNs = nowNs;
      count = 0;
    }
    return ++count <= perSecondMax;
  }
}
