package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The time in which a host shows with one real call after the other whether it is well again.
 * Thread-safe: event loops compete for its one place without waiting.
 */
public final class Probation {
  private final long slowNs;
  private final AtomicReference<@Nullable Object> holder = new AtomicReference<>();
  private final AtomicLong takenAtNs = new AtomicLong();
  private final AtomicInteger passed = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  /**
   * A probation with its place free.
   *
   * @param slowNs an answer that takes longer has failed
   */
  Probation(long slowNs) {
    this.slowNs = slowNs;
  }

  /** Takes the place for a call, if it is free: the call must {@link #end}. */
  public boolean take(Object call, long nowNs) {
    if (holder.getPlain() != null || failed.getPlain() > 0) {
      return false;
    }
    if (!holder.compareAndSet(null, call)) {
      return false;
    }
    takenAtNs.set(nowNs);
    return true;
  }

  /** The call is over; one that does not hold the place changes nothing. */
  @SuppressWarnings("ReferenceEquality") // The place is this call's, not an equal one's.
  public void end(Object call, Outcome outcome, long latencyNs) {
    if (holder.get() != call) {
      return;
    }
    switch (outcome) {
      case ANSWERED -> (latencyNs > slowNs ? failed : passed).incrementAndGet();
      case ERRED, BROKE -> failed.incrementAndGet();
      case NOTHING, CALLED_OFF -> {
        // The next call shows.
      }
    }
    holder.set(null);
  }

  int passed() {
    return passed.get();
  }

  /** Whether a call failed, or hangs for that long. */
  boolean failed(long nowNs, long hangNs) {
    return failed.get() > 0
        || (holder.get() != null && nowNs - takenAtNs.get() > Math.max(slowNs, hangNs));
  }
}
