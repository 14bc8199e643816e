package io.weighbridge.gateway.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The last calls of one model that one event loop routed by its split, one packed long each.
 * Written by that loop alone; read by any thread.
 */
final class SplitRing {
  /* Implementation notes
   *
   * Entry: 32 bits of milliseconds (wraps after 49 days; compared by difference), 20 bits of slot,
   * 11 bits of duration in 64 steps per power of two from 1 us (off by 1.6 % at most), 1 bit failed.
   * One long, so a racy read gives a whole entry: either the old one of its place or a newer one.
   *
   * The ring starts small and doubles while its loop's budget lasts, up to ENTRIES_MAX: 80 KB for a
   * busy model, 2 KB for an idle one. It only grows at the moment it is full for the first time, when
   * entry i still lies at place i; the array is published before the count that covers it.
   */

  /** Calls kept per model. */
  static final int ENTRIES_MAX = 10_000;

  private static final int ENTRIES_FIRST = 256;
  static final int SLOTS_MAX = 1 << 20;

  private static final int LOWEST_POWER = 10;
  private static final int DURATION_MAX = (1 << 11) - 1;

  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle COUNT = varHandle("count", long.class);
  private static final VarHandle ENTRIES = varHandle("entries", long[].class);

  private final Budget budget;
  private long[] entries = new long[ENTRIES_FIRST];
  private long count;
  private int next;

  SplitRing(Budget budget) {
    this.budget = budget;
  }

  /** How many entries the rings of one loop may still grow by. Confined to the loop. */
  static final class Budget {
    private int entriesLeft;

    Budget(int entriesMax) {
      this.entriesLeft = entriesMax;
    }

    boolean take(int entriesWanted) {
      if (entriesWanted > entriesLeft) {
        return false;
      }
      entriesLeft -= entriesWanted;
      return true;
    }
  }

  private static VarHandle varHandle(String field, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(SplitRing.class, field, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  void add(int slot, boolean failed, long durationNs, long endedAtNs) {
    if (slot >= SLOTS_MAX) {
      return;
    }
    if (next == entries.length) {
      makeRoom();
    }
    ENTRY.setOpaque(entries, next, pack(slot, failed, durationNs, endedAtNs));
    next++;
    COUNT.setRelease(this, count + 1);
  }

  private void makeRoom() {
    int room = Math.min(entries.length, ENTRIES_MAX - entries.length);
    boolean firstTimeFull = count == entries.length;
    if (firstTimeFull && room > 0 && budget.take(room)) {
      ENTRIES.setRelease(this, Arrays.copyOf(entries, entries.length + room));
    } else {
      next = 0;
    }
  }

  /** Copies the entries there are, in no order. Any thread. */
  long[] copy() {
    long counted = (long) COUNT.getAcquire(this);
    long[] current = (long[]) ENTRIES.getAcquire(this);
    int size = (int) Math.min(counted, current.length);
    long[] copied = new long[size];
    for (int i = 0; i < size; i++) {
      copied[i] = (long) ENTRY.getOpaque(current, i);
    }
    return copied;
  }

  private static long pack(int slot, boolean failed, long durationNs, long endedAtNs) {
    long ms = (endedAtNs / 1_000_000) & 0xffff_ffffL;
    return ms << 32 | (long) slot << 12 | (long) packDuration(durationNs) << 1 | (failed ? 1 : 0);
  }

  private static int packDuration(long durationNs) {
    if (durationNs < 1L << LOWEST_POWER) {
      return 0;
    }
    int power = 63 - Long.numberOfLeadingZeros(durationNs);
    int step = (int) (durationNs >>> (power - 6)) & 63;
    return Math.min((power - LOWEST_POWER) * 64 + step, DURATION_MAX);
  }

  /** Milliseconds of the process's monotonic clock, modulo 2^32. */
  static int endedAtMs(long entry) {
    return (int) (entry >>> 32);
  }

  static int slot(long entry) {
    return (int) (entry >>> 12) & (SLOTS_MAX - 1);
  }

  static long durationNs(long entry) {
    int packed = (int) (entry >>> 1) & DURATION_MAX;
    int power = packed / 64 + LOWEST_POWER;
    return (64L + packed % 64) << (power - 6);
  }

  static boolean failed(long entry) {
    return (entry & 1) == 1;
  }
}
