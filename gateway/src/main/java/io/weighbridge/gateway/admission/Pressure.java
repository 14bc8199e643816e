package io.weighbridge.gateway.admission;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

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
  /** Later than this, at each of {@link #LATE_LOOKS} looks in a row, a loop is behind. */
  static final long LAG_NS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

  static final int LATE_LOOKS = 5;
  static final int GROWS_PERCENT = 10;
  static final int FALLS_PERCENT = 5;

  /** Some calls always pass: nothing else would show that it is over. */
  static final int SHED_PERCENT_MAX = 90;

  /** Of the bytes that may wait on a loop; beyond all of them streams are reset. */
  static final double QUEUED_SHARE_MAX = 0.8;

  /** Of the memory that the process may have, direct or heap. */
  static final double MEMORY_SHARE_MAX = 0.9;

  private final long queuedBytesMax;
  private final Supplier<MemoryUse> memory;
  private int lateLooks;
  private volatile int shedPercent;

  /** Why calls are refused, or were before that came to an end. */
  private volatile @Nullable PressureCause cause;

  /**
   * None, until it is looked for.
   *
   * @param queuedBytesMax bytes that may wait for peers on the loop
   * @param memory of the process
   */
  public Pressure(long queuedBytesMax, Supplier<MemoryUse> memory) {
    this.queuedBytesMax = queuedBytesMax;
    this.memory = memory;
  }

  /** Takes how late the loop is, and how many bytes wait on it, ten times a second. */
  public void looked(long lagNs, long queuedBytes) {
    lateLooks = lagNs > LAG_NS_MAX ? lateLooks + 1 : 0;
    PressureCause now = cause(queuedBytes);
    int percent = shedPercent;
    if (now == null) {
      shedPercent = Math.max(0, percent - FALLS_PERCENT);
    } else {
      cause = now;
      shedPercent = Math.min(SHED_PERCENT_MAX, percent + GROWS_PERCENT);
    }
  }

  private @Nullable PressureCause cause(long queuedBytes) {
    MemoryUse use = memory.get();
    if (use.heap() > MEMORY_SHARE_MAX) {
      return PressureCause.HEAP;
    }
    if (use.direct() > MEMORY_SHARE_MAX) {
      return PressureCause.DIRECT_MEMORY;
    }
    if (queuedBytes > QUEUED_SHARE_MAX * queuedBytesMax) {
      return PressureCause.QUEUED_BYTES;
    }
    return lateLooks >= LATE_LOOKS ? PressureCause.LAG : null;
  }

  /** Why the call at hand is one of those that are refused; null when it is not. */
  @Nullable PressureCause sheds(RandomGenerator random) {
    int percent = shedPercent;
    return percent > 0 && random.nextInt(100) < percent ? cause : null;
  }

  /** How many calls of a hundred are refused for this. Any thread. */
  public int percent(PressureCause of) {
    return cause == of ? shedPercent : 0;
  }
}
