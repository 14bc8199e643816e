package io.weighbridge.gateway.admission;

import io.weighbridge.gateway.http2.Headroom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much of what comes an event loop refuses, because it is behind with its work, holds too much
 * of it, or memory is short. Confined to its loop, but for {@link #percent}.
 *
 * <p>A loop that comes to its timers late once had a pause; one that does so look after look has a
 * queue that does not go away, which is the sign that CoDel acts on (Nichols and Jacobson,
 * "Controlling Queue Delay", 2012). The part refused grows while the queue stands, and falls more
 * slowly than it grew, so that callers come back one after the other.
 */
public final class Pressure {
  private static final Logger LOG = LoggerFactory.getLogger(Pressure.class);

  /** Later than this, at each of {@link #LATE_LOOKS} looks in a row, a loop is behind. */
  static final long LAG_NS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

  static final int LATE_LOOKS = 5;
  static final int GROWS_PERCENT = 10;
  static final int FALLS_PERCENT = 5;

  /** Some calls always pass: nothing else would show that it is over. */
  static final int SHED_PERCENT_MAX = 90;

  /** Of the bytes that may wait on a loop; beyond all of them streams are reset. */
  static final double QUEUED_SHARE_MAX = 0.8;

  /** Of the heap that the process may have. */
  static final double HEAP_SHARE_MAX = 0.9;

  private final long queuedBytesMax;
  private final Headroom headroom;
  private final DoubleSupplier heap;
  private int lateLooks;
  private volatile int shedPercent;

  /** Why calls are refused, or were before that came to an end. */
  private volatile @Nullable PressureCause cause;

  /**
   * None, until it is looked for.
   *
   * @param queuedBytesMax bytes that may wait for peers on the loop
   * @param headroom of the loop
   * @param heap share of the heap that is in use
   */
  public Pressure(long queuedBytesMax, Headroom headroom, DoubleSupplier heap) {
    this.queuedBytesMax = queuedBytesMax;
    this.headroom = headroom;
    this.heap = heap;
  }

  /** Takes how late the loop is, and how many bytes wait on it, ten times a second. */
  public void looked(long lagNs, long queuedBytes) {
    lateLooks = lagNs > LAG_NS_MAX ? lateLooks + 1 : 0;
    headroom.look();
    PressureCause now = cause(queuedBytes);
    if (now == null) {
      refuse(Math.max(0, shedPercent - FALLS_PERCENT), cause);
    } else if (now == PressureCause.DIRECT_MEMORY) {
      refuse(SHED_PERCENT_MAX, now);
    } else {
      refuse(Math.min(SHED_PERCENT_MAX, shedPercent + GROWS_PERCENT), now);
    }
  }

  private void refuse(int percent, @Nullable PressureCause why) {
    if (percent > 0 && shedPercent == 0) {
      LOG.warn("calls are refused: {}", why);
    } else if (percent == 0 && shedPercent > 0) {
      LOG.info("no more calls are refused for that: {}", why);
    }
    cause = why;
    shedPercent = percent;
  }

  private @Nullable PressureCause cause(long queuedBytes) {
    if (heap.getAsDouble() > HEAP_SHARE_MAX) {
      return PressureCause.HEAP;
    }
    if (headroom.isShort()) {
      return PressureCause.DIRECT_MEMORY;
    }
    if (queuedBytes > QUEUED_SHARE_MAX * queuedBytesMax) {
      return PressureCause.QUEUED_BYTES;
    }
    return lateLooks >= LATE_LOOKS ? PressureCause.LAG : null;
  }

  /** Why the call at hand is one of those that are refused; null when it is not. */
  @Nullable PressureCause sheds(RandomGenerator random) {
    if (headroom.isShort()) {
      // It does not wait for the next look: memory is full before that.
      refuse(SHED_PERCENT_MAX, PressureCause.DIRECT_MEMORY);
    }
    int percent = shedPercent;
    boolean refused = percent > 0 && (headroom.isFull() || random.nextInt(100) < percent);
    return refused ? cause : null;
  }

  /** Whether memory is short: nothing more may be held. */
  boolean isShort() {
    return headroom.isShort();
  }

  /** A buffer could not be had; returns what that is. */
  PressureCause missed() {
    headroom.missed();
    return PressureCause.DIRECT_MEMORY;
  }

  /** How many calls of a hundred are refused for this. Any thread. */
  public int percent(PressureCause of) {
    return cause == of ? shedPercent : 0;
  }
}
