package io.weighbridge.gateway.admission;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The places for calls of the process, so that what they hold together has a limit. Thread-safe,
 * without locks.
 *
 * <p>Event loops take places, and give them back, many at a time: the number they share is written
 * rarely, and never are there more calls than places. What a loop has taken and does not need is
 * not another's, so that loops which are refused may be that many short of the maximum.
 */
public final class CallPlaces {
  /** What is taken at a time: so many that a loop asks rarely... */
  private static final int BATCH_MAX = 64;

  /** ... and so few that all loops keep less than an eighth to no use, or one each. */
  private static final int BATCHES_MIN = 8;

  private final int placesMax;
  private final int batch;
  private final AtomicInteger free;

  /** That many places, for this many loops. */
  public CallPlaces(int placesMax, int loopCount) {
    this.placesMax = placesMax;
    long batches = (long) BATCHES_MIN * loopCount;
    batch = Math.clamp(placesMax / batches, 1, BATCH_MAX);
    free = new AtomicInteger(placesMax);
  }

  /** A loop's way to them. */
  public Part part() {
    return new Part();
  }

  private int take() {
    int have = free.get();
    while (have > 0) {
      int taken = Math.min(batch, have);
      if (free.compareAndSet(have, have - taken)) {
        return taken;
      }
      have = free.get();
    }
    return 0;
  }

  /** The places that one event loop has. Confined to it. */
  public final class Part {
    private int spare;

    private Part() {}

    /** Takes a place, to be {@link #leave left} once; false when there is none. */
    public boolean enter() {
      if (spare == 0) {
        spare = take();
      }
      boolean entered = spare > 0;
      spare -= entered ? 1 : 0;
      return entered;
    }

    /** Gives a place back. */
    public void leave() {
      spare++;
      if (spare > batch) {
        spare -= batch;
        free.getAndAdd(batch);
      }
    }

    /** How many places there are for all loops. */
    public int placesMax() {
      return placesMax;
    }
  }
}
