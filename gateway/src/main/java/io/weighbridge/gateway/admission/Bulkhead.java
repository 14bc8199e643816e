package io.weighbridge.gateway.admission;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The places for the calls of one model, so that one model cannot take what all of them need.
 * Thread-safe, without locks: one number, which the loops share only for models with a maximum.
 */
public final class Bulkhead {
  private final int placesMax;
  private final AtomicInteger taken = new AtomicInteger();

  Bulkhead(int placesMax) {
    this.placesMax = placesMax;
  }

  /** Takes a place, to be {@link #leave left} once; false when there is none. */
  public boolean enter() {
    if (taken.incrementAndGet() <= placesMax) {
      return true;
    }
    leave();
    return false;
  }

  /** Gives a place back. */
  public void leave() {
    taken.decrementAndGet();
  }

  /** How many places there are. */
  public int placesMax() {
    return placesMax;
  }
}
