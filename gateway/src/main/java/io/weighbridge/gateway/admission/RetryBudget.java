package io.weighbridge.gateway.admission;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The second tries that the calls of each model have earned. Confined to its event loop.
 *
 * <p>A call earns a fifth of a second try, so that hosts in trouble get at most 20 % more calls;
 * with nothing earned one a second is granted all the same, or a model with few calls would have
 * none. The idea of a budget in proportion to calls is Finagle's ("Retries", 2016).
 */
public final class RetryBudget {
  /** Calls that earn one second try. */
  static final int CALLS_PER_RETRY = 5;

  /** Second tries saved at most: those of the last 500 calls. */
  static final int SAVED_MAX = 100;

  /** What a model begins with. */
  static final int SAVED_FIRST = 10;

  /** What is left to calls that failed: those that are only late may wait. */
  static final int RESERVED = SAVED_FIRST;

  /**
   * Calls that allow one of those that are late a second try. Few of them can be saved up: when all
   * calls are late at once, second tries make them later.
   */
  static final int CALLS_PER_HEDGE = 10;

  static final int HEDGES_SAVED_MAX = 10;

  private static final long GRANT_NS = TimeUnit.SECONDS.toNanos(1);

  // By slot. What is saved is counted in calls.
  private int[] savedCalls = new int[0];
  private int[] hedgeCalls = new int[0];
  private long[] grantedAtNs = new long[0];

  /** A call was made. */
  public void called(int slot) {
    if (slot >= savedCalls.length) {
      grow(slot);
    }
    savedCalls[slot] = Math.min(SAVED_MAX * CALLS_PER_RETRY, savedCalls[slot] + 1);
    hedgeCalls[slot] = Math.min(HEDGES_SAVED_MAX * CALLS_PER_HEDGE, hedgeCalls[slot] + 1);
  }

  /** Takes a second try; false when none is left. */
  public boolean take(int slot, long nowNs) {
    if (slot >= savedCalls.length) {
      grow(slot);
    }
    if (savedCalls[slot] >= CALLS_PER_RETRY) {
      savedCalls[slot] -= CALLS_PER_RETRY;
    } else if (nowNs - grantedAtNs[slot] < GRANT_NS) {
      return false;
    }
    grantedAtNs[slot] = nowNs;
    return true;
  }

  /** Takes a second try for a call whose first one goes on; false when none is to spare. */
  public boolean takeSpare(int slot) {
    if (slot >= savedCalls.length) {
      grow(slot);
    }
    boolean spare =
        savedCalls[slot] >= (RESERVED + 1) * CALLS_PER_RETRY && hedgeCalls[slot] >= CALLS_PER_HEDGE;
    if (spare) {
      savedCalls[slot] -= CALLS_PER_RETRY;
      hedgeCalls[slot] -= CALLS_PER_HEDGE;
    }
    return spare;
  }

  private void grow(int slot) {
    int known = savedCalls.length;
    int slots = Math.max(slot + 1, 2 * known);
    savedCalls = Arrays.copyOf(savedCalls, slots);
    hedgeCalls = Arrays.copyOf(hedgeCalls, slots);
    grantedAtNs = Arrays.copyOf(grantedAtNs, slots);
    Arrays.fill(savedCalls, known, slots, SAVED_FIRST * CALLS_PER_RETRY);
  }
}
