package io.weighbridge.gateway.http2;

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/**
 * An event loop's clock, which stands still while what one read brought is processed. Confined to
 * its event loop.
 *
 * <p>All of it came at that time, and a call asks a dozen times what time it is: reading the clock
 * costs about as much as finding a call's route. Tasks and timers see the clock go on.
 */
public final class LoopClock implements Ticker {
  /** What one read brought is mostly processed in less. */
  private static final long NEAR_NS = 1_000_000;

  private final Ticker ticker;
  private long heldNs;
  private long heldUnixMs;
  private boolean held;

  /** A clock of the loop that this ticker belongs to. */
  public LoopClock(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Makes time stand still until {@link #release}. */
  void hold() {
    heldNs = ticker.nanoTime();
    heldUnixMs = System.currentTimeMillis();
    held = true;
  }

  void release() {
    held = false;
  }

  /** Monotonic; only differences mean anything. */
  @Override
  public long nanoTime() {
    return held ? heldNs : ticker.nanoTime();
  }

  /**
   * Whether this time has come. While time stands still the clock goes on: one so near that it may
   * pass meanwhile is compared with that.
   */
  public boolean passed(long timeNs) {
    long leftNs = timeNs - nanoTime();
    return leftNs <= 0 || (leftNs < NEAR_NS && timeNs - ticker.nanoTime() <= 0);
  }

  /** Wall clock, milliseconds since 1970; may step. */
  public long unixMs() {
    return held ? heldUnixMs : System.currentTimeMillis();
  }

  @Override
  public long initialNanoTime() {
    return ticker.initialNanoTime();
  }

  @Override
  public void sleep(long delay, TimeUnit unit) throws InterruptedException {
    ticker.sleep(delay, unit);
  }
}
