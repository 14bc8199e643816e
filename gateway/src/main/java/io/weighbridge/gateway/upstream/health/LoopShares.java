package io.weighbridge.gateway.upstream.health;

import java.util.List;

/**
 * How the calls that a version on a host may have at a time are shared out to event loops. Confined
 * to the health thread.
 *
 * <p>A loop has an even part, and at least one place, or that part which is asked for on it, if
 * that is more: so one that has all the calls has nearly all the places, and the parts of all of
 * them are never more than twice what the host may have, or one each.
 */
final class LoopShares {
  final int seat;

  /** For each loop, calls that it gave to the host or would have given, by the last look. */
  private final long[] seen;

  /** And how many it asked for lately. */
  private final long[] asked;

  private long askedByAll;

  /** The same since the last look. Filled anew at each. */
  private final long[] fresh;

  LoopShares(int seat, int loopCount) {
    this.seat = seat;
    seen = new long[loopCount];
    asked = new long[loopCount];
    fresh = new long[loopCount];
  }

  /**
   * Tells each loop its part.
   *
   * @param exactly not one more: what loops have counts first, and some may have no place. Only for
   *     a moment, for the callers of those loops wait meanwhile.
   */
  void tell(List<LoopHealth> loops, SeatHealth host, boolean exactly) {
    look(loops);
    int most = host.inFlightMax();
    long free = most;
    for (LoopHealth loop : loops) {
      free -= loop.inFlight(seat);
    }
    free = Math.max(0, free);
    long left = most;
    long passed = 0;
    for (int i = 0; i < asked.length; i++) {
      LoopHealth loop = loops.get(i);
      long part;
      if (exactly) {
        long had = Math.min(left, loop.inFlight(seat));
        left -= had;
        // Rounded so that the sum is what is free.
        part = had + upTo(free, passed + asked[i]) - upTo(free, passed);
        passed += asked[i];
      } else {
        part = Math.max(Math.ceilDiv(most, asked.length), -upTo(-most, asked[i]));
      }
      loop.tell(seat, (int) part, host.limited(), host.recent().meanNs());
    }
  }

  /** That part of a number, rounded down. */
  private long upTo(long of, long askedBySome) {
    return askedByAll == 0 ? 0 : Math.floorDiv(of * askedBySome, askedByAll);
  }

  /** What was asked before counts half; all of it for as long as nobody asks for anything. */
  private void look(List<LoopHealth> loops) {
    boolean any = false;
    for (int i = 0; i < fresh.length; i++) {
      LoopHealth loop = loops.get(i);
      long wanted = loop.wanted(seat);
      fresh[i] = wanted - seen[i] + Math.max(0, loop.inFlight(seat));
      seen[i] = wanted;
      any |= fresh[i] > 0;
    }
    if (any) {
      askedByAll = 0;
      for (int i = 0; i < fresh.length; i++) {
        asked[i] = Math.max(fresh[i], asked[i] / 2);
        askedByAll += asked[i];
      }
    }
  }
}
