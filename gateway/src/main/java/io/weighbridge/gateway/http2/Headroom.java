package io.weighbridge.gateway.http2;

import java.util.function.DoubleSupplier;

/**
 * Whether memory for buffers has room for what one event loop takes in. Confined to its event loop.
 *
 * <p>It is looked at each time the loop has taken in so many bytes more, and not by the clock: what
 * comes between two looks is bounded however fast it comes, and a look costs nothing that shows.
 */
public final class Headroom {
  /** Beyond this share the loop holds nothing more back: what does not leave at once is ended. */
  public static final double SHORT_SHARE = 0.8;

  /** Beyond this share no call passes; the rest is for what those in flight still need. */
  public static final double FULL_SHARE = 0.9;

  /** So often a loop looks while it fills memory by itself. */
  private static final int LOOKS = 64;

  private final DoubleSupplier used;
  private final long lookBytes;
  private final Runnable missed;
  private long unlookedBytes;
  private double share;

  /**
   * That of one loop.
   *
   * @param used looks at what buffers hold, of the memory they may have
   * @param bytesMax of that memory, the loop's part
   * @param missed hears of each buffer that could not be had
   */
  public Headroom(DoubleSupplier used, long bytesMax, Runnable missed) {
    this.used = used;
    lookBytes = Math.max(1, bytesMax / LOOKS);
    this.missed = missed;
  }

  /** A buffer of this size was filled by a peer. */
  void took(int bytes) {
    unlookedBytes += bytes;
    if (unlookedBytes >= lookBytes) {
      look();
    }
  }

  /** Looks now. */
  public void look() {
    unlookedBytes = 0;
    share = used.getAsDouble();
  }

  /** Whether the loop may hold nothing more, as far as it has looked. */
  public boolean isShort() {
    return share > SHORT_SHARE;
  }

  /** Whether no call may begin, as far as it has looked. */
  public boolean isFull() {
    return share > FULL_SHARE;
  }

  /** The same as {@link #isShort}, looked at now if it was so before. */
  boolean isStillShort() {
    if (isShort()) {
      look();
    }
    return isShort();
  }

  /** A buffer could not be had. */
  public void missed() {
    missed.run();
    look();
  }
}
