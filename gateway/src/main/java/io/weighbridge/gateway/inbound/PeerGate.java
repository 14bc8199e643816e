package io.weighbridge.gateway.inbound;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Limits how fast one peer address may open connections, and more so after it broke a limit.
 * Thread-safe: compare-and-set.
 *
 * <p>A limit on streams or resets of one connection is worth nothing to a peer that simply connects
 * again. Addresses are counted in a fixed number of cells by a keyed hash, so that no number of
 * peers makes this grow; two addresses in one cell share its budget.
 */
final class PeerGate {
  private static final int CELLS = 1 << 12;

  /** How long a peer that broke a limit is held to one connection a second. */
  private static final int PENALTY_SECONDS = 10;

  private static final int COUNT_BITS = 24;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

  private final AtomicLongArray openings = new AtomicLongArray(CELLS);
  private final AtomicLongArray penaltyUntilSecond = new AtomicLongArray(CELLS);
  private final int perSecondMax;
  private final int seed;

  PeerGate(int perSecondMax, int seed) {
    this.perSecondMax = perSecondMax;
    this.seed = seed;
  }

  /** Whether the peer may open one more connection in this second of any monotonic clock. */
  boolean admit(InetAddress peer, long nowSecond) {
    int cell = cell(peer);
    int allowed = penaltyUntilSecond.get(cell) > nowSecond ? 1 : perSecondMax;
    while (true) {
      long seen = openings.get(cell);
      long count = seen >>> COUNT_BITS == nowSecond ? seen & COUNT_MASK : 0;
      if (count >= allowed) {
        return false;
      }
      if (openings.compareAndSet(cell, seen, nowSecond << COUNT_BITS | (count + 1))) {
        return true;
      }
    }
  }

  /** The peer broke a limit on one of its connections. */
  void penalise(InetAddress peer, long nowSecond) {
    penaltyUntilSecond.set(cell(peer), nowSecond + PENALTY_SECONDS);
  }

  private int cell(InetAddress peer) {
    int hash = (peer.hashCode() ^ seed) * 0x9e3779b9;
    return hash >>> (Integer.SIZE - 12);
  }
}
