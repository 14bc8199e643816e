package io.weighbridge.gateway.local;

import io.weighbridge.gateway.observe.CallMetrics;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What answers about this gateway are made of. Thread-safe. */
public final class LocalServices {
  private final Serving serving;
  private final CallMetrics metrics;
  private final int watchesMax;
  private final @Nullable Reflection reflection;
  private final AtomicInteger watches = new AtomicInteger();

  /**
   * The answers of one gateway.
   *
   * @param watchesMax calls that may watch its health at a time
   * @param reflected whether it tells callers its protocol
   */
  public LocalServices(Serving serving, CallMetrics metrics, int watchesMax, boolean reflected) {
    this.serving = serving;
    this.metrics = metrics;
    this.watchesMax = watchesMax;
    reflection = reflected ? new Reflection() : null;
  }

  /** Whether this gateway takes calls. */
  public Serving serving() {
    return serving;
  }

  /** What was counted of calls. */
  public CallMetrics metrics() {
    return metrics;
  }

  /** What the gateway tells of its protocol; null when it does not. */
  public @Nullable Reflection reflection() {
    return reflection;
  }

  /** Calls that may watch at a time. */
  public int watchesMax() {
    return watchesMax;
  }

  /** Begins a watch; false when there are as many as there may be. */
  public boolean beginWatch() {
    if (watches.incrementAndGet() <= watchesMax) {
      return true;
    }
    watches.decrementAndGet();
    return false;
  }

  /** Ends a watch that began. */
  public void endWatch() {
    watches.decrementAndGet();
  }
}
