package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The time in which a host shows with one real call after the other whether it is well again.
 * Thread-safe: event loops compete for its one place without waiting.
 */
public final class Probation {
  /** One slow answer can be chance, as a pause of any process on its way: it only shows nothing. */
  private static final int SLOW_MAX = 2;

  private final long slowNs;
  private final AtomicReference<@Nullable Trial> place = new AtomicReference<>();
  private final AtomicInteger passed = new AtomicInteger();
  private final AtomicInteger slow = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  /**
   * A probation with its place free.
   *
   * @param slowNs answers that take longer are slow
   */
  Probation(long slowNs) {
    this.slowNs = slowNs;
  }

  /** Takes the place for a call, if it is free: its {@link #trial} must end. */
  public boolean take(Object call, long nowNs) {
    if (place.getPlain() != null || failed()) {
      return false;
    }
    return place.compareAndSet(null, new Trial(call, nowNs));
  }

  /** What the call shows that has the place; null when that is another one, or none. */
  @SuppressWarnings("ReferenceEquality") // The place is this call's, not an equal one's.
  public @Nullable Trial trial(Object call) {
    Trial now = place.get();
    return now != null && now.call == call ? now : null;
  }

  /** One call on probation. What it is told, it is told by the call's event loop. */
  public final class Trial {
    private final Object call;
    private final long takenAtNs;

    /** When the host had the whole request; says something once {@link #asked} is set. */
    private volatile long askedAtNs;

    private volatile boolean asked;

    private Trial(Object call, long takenAtNs) {
      this.call = call;
      this.takenAtNs = takenAtNs;
    }

    /** The host has all of the request: the time is its own from now on. */
    public void asked(long nowNs) {
      askedAtNs = nowNs;
      asked = true;
    }

    /**
     * It has shown what it could, once.
     *
     * @param latencyNs how long the host took; negative when nobody can say
     */
    public void end(Outcome outcome, long latencyNs) {
      switch (outcome) {
        case ANSWERED -> (latencyNs > slowNs ? slow : passed).incrementAndGet();
        case ERRED, BROKE -> failed.incrementAndGet();
        case NOTHING, CALLED_OFF -> {
          // The next call shows.
        }
      }
      place.compareAndSet(this, null);
    }
  }

  int passed() {
    return passed.get();
  }

  /**
   * Whether a call failed, {@link #SLOW_MAX} were slow, or the host has left one without an answer
   * for that long. One that the host has not even got for that long holds up the others no longer.
   */
  boolean failed(long nowNs, long hangNs) {
    Trial now = place.get();
    if (now != null && !now.asked && nowNs - now.takenAtNs > hangNs) {
      place.compareAndSet(now, null);
    }
    boolean hangs = now != null && now.asked && nowNs - now.askedAtNs > Math.max(slowNs, hangNs);
    return hangs || failed();
  }

  private boolean failed() {
    return failed.get() > 0 || slow.get() >= SLOW_MAX;
  }
}
