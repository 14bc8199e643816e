package io.weighbridge.gateway.upstream.health;

import io.netty.util.concurrent.Ticker;

/**
 * How late an event loop comes to its work: answers may have waited for it as long. Written by its
 * loop, read by any thread.
 */
public final class LoopLag {
  private final Ticker ticker;
  private volatile boolean watched;
  private volatile long dueNs;
  private volatile long lagNs;

  LoopLag(Ticker ticker) {
    this.ticker = ticker;
  }

  /** The loop was looked at so late, and is to be looked at again in a while. */
  public void looked(long behindNs, long againInNs) {
    lagNs = behindNs;
    dueNs = ticker.nanoTime() + againInNs;
    watched = true;
  }

  /** How late it was at the last look, or the next one is by now. */
  long ns(long nowNs) {
    return watched ? Math.max(lagNs, nowNs - dueNs) : 0;
  }
}
