package io.weighbridge.gateway.admission;

import io.netty.channel.EventLoop;
import io.weighbridge.gateway.http2.Flusher;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How much of what comes an event loop refuses, because it is behind with its work or holds too
 * much of it. Confined to its loop.
 *
 * <p>A loop that comes to its timers late once had a pause; one that does so look after look has a
 * queue that does not go away, which is the sign that CoDel acts on (Nichols and Jacobson,
 * "Controlling Queue Delay", 2012). The part refused grows while the queue stands, and falls more
 * slowly than it grew, so that callers come back one after the other.
 */
public final class Pressure {
  static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Later than this, at each of {@link #LATE_LOOKS} looks in a row, a loop is behind. */
  static final long LAG_NS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

  static final int LATE_LOOKS = 5;
  static final int GROWS_PERCENT = 10;
  static final int FALLS_PERCENT = 5;

  /** Some calls always pass: nothing else would show that it is over. */
  static final int SHED_PERCENT_MAX = 90;

  /** Of the bytes that may wait on a loop; beyond all of them streams are reset. */
  static final double QUEUED_SHARE_MAX = 0.8;

  private final long queuedBytesMax;
  private int lateLooks;
  private int shedPercent;

  /**
   * None, until it is looked for.
   *
   * @param queuedBytesMax bytes that may wait for peers on the loop
   */
  public Pressure(long queuedBytesMax) {
    this.queuedBytesMax = queuedBytesMax;
  }

  /** Looks at the loop and what waits on it until the loop stops. */
  public void watch(EventLoop loop, Flusher flusher) {
    long dueNs = loop.ticker().nanoTime() + LOOK_NS;
    var _ =
        loop.schedule(
            () -> {
              look(loop.ticker().nanoTime() - dueNs, flusher.queuedBytes());
              watch(loop, flusher);
            },
            LOOK_NS,
            TimeUnit.NANOSECONDS);
  }

  /** Takes how late the loop is, and how many bytes wait on it. */
  void look(long lagNs, long queuedBytes) {
    lateLooks = lagNs > LAG_NS_MAX ? lateLooks + 1 : 0;
    boolean behind = lateLooks >= LATE_LOOKS || queuedBytes > QUEUED_SHARE_MAX * queuedBytesMax;
    shedPercent =
        behind
            ? Math.min(SHED_PERCENT_MAX, shedPercent + GROWS_PERCENT)
            : Math.max(0, shedPercent - FALLS_PERCENT);
  }

  /** Whether the call at hand is one of those that are refused. */
  boolean sheds(RandomGenerator random) {
    return shedPercent > 0 && random.nextInt(100) < shedPercent;
  }
}
