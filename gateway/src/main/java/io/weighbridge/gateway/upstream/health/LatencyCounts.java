package io.weighbridge.gateway.upstream.health;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How long answers of each version took, as one event loop counts them. Confined to that loop,
 * except for {@link #addTo}, which any thread may call.
 *
 * <p>Buckets are four per power of two: a value read back is too high by a fourth at most.
 * Everything within a tick of the calls' timers is one bucket, for nothing can be done sooner.
 */
final class LatencyCounts {
  /* 2^23 ns is 8.4 ms, 2^36 ns is 69 s. */
  private static final int LOWEST_POWER = 23;
  private static final int HIGHEST_POWER = 36;
  private static final int STEPS_SHIFT = 2;
  private static final int STEPS = 1 << STEPS_SHIFT;

  /** Number of buckets: one for all that is lower, and one for all that is higher. */
  static final int BUCKETS = STEPS * (HIGHEST_POWER - LOWEST_POWER) + 2;

  private static final VarHandle BUCKET = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(int[][].class);

  // Grows by replacement; volatile so that a reader sees a whole array.
  private volatile int[] @Nullable [] bySlot = new int[0][];

  /** The bucket of a duration. */
  static int bucket(long durationNs) {
    if (durationNs <= 1L << LOWEST_POWER) {
      return 0;
    }
    if (durationNs > 1L << HIGHEST_POWER) {
      return BUCKETS - 1;
    }
    long below = durationNs - 1;
    int power = 63 - Long.numberOfLeadingZeros(below);
    int step = (int) (below >>> (power - STEPS_SHIFT)) & (STEPS - 1);
    return STEPS * (power - LOWEST_POWER) + step + 1;
  }

  /** The longest duration of a bucket; {@link Long#MAX_VALUE} for the last. */
  static long boundNs(int bucket) {
    if (bucket == BUCKETS - 1) {
      return Long.MAX_VALUE;
    }
    long power = 1L << (LOWEST_POWER + bucket / STEPS);
    return power + bucket % STEPS * (power >> STEPS_SHIFT);
  }

  /** An answer of this version took that long. */
  void add(int slot, long durationNs) {
    int[] @Nullable [] current = bySlot;
    int[] counts = slot < current.length ? current[slot] : null;
    if (counts == null) {
      counts = firstSight(slot);
    }
    int bucket = bucket(durationNs);
    BUCKET.setOpaque(counts, bucket, counts[bucket] + 1);
  }

  private int[] firstSight(int slot) {
    int[] @Nullable [] current = bySlot;
    if (slot >= current.length) {
      current = Arrays.copyOf(current, Math.max(slot + 1, 2 * current.length));
    }
    int[] counts = new int[BUCKETS];
    SLOT.setRelease(current, slot, counts);
    bySlot = current;
    return counts;
  }

  /**
   * Adds what was counted for a version so far; the sums wrap. Any thread.
   *
   * @return whether anything ever was
   */
  boolean addTo(int slot, int[] sums) {
    int[] @Nullable [] current = bySlot;
    int[] counts = slot < current.length ? (int[]) SLOT.getAcquire(current, slot) : null;
    if (counts == null) {
      return false;
    }
    for (int i = 0; i < BUCKETS; i++) {
      sums[i] += (int) BUCKET.getOpaque(counts, i);
    }
    return true;
  }
}
