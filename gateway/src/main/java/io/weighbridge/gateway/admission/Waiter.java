package io.weighbridge.gateway.admission;

import io.weighbridge.gateway.call.Caller;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits for a place on a host, or has the place it waited for. Confined to its event
 * loop.
 */
public abstract class Waiter {
  final Whose whose;
  final Terms terms;

  /** Not null while it waits or counts as one that has a place. */
  PlaceQueue.@Nullable Line line;

  boolean waits;

  /** When it has waited long enough, by the loop's clock, and what it is told then. */
  long untilNs;

  String lateDetail = "";

  /** A call of this caller, which does not wait yet. */
  protected Waiter(Caller caller, Terms terms) {
    whose = Whose.of(caller);
    this.terms = terms;
  }

  /**
   * On what terms a call waits.
   *
   * @param priority among its caller's calls: 1 comes first, 0 last; unsigned
   * @param timeoutNs how long it wants to wait at most; {@link Long#MAX_VALUE} when it does not say
   * @param deadlineNs when it must be answered, by the loop's clock
   * @param bytesMax what its request may hold meanwhile
   * @param countsAsPlace whether it takes a place from others once it goes on
   */
  public record Terms(
      long priority, long timeoutNs, long deadlineNs, int bytesMax, boolean countsAsPlace) {

    /** Its rank among its caller's calls, unsigned: the smallest comes first. */
    long rank() {
      return priority - 1;
    }
  }

  /**
   * A place may be free for it: it goes on, or ends because nothing can become of it; either way
   * {@link PlaceQueues#placed} or {@link PlaceQueues#ended} is told before this returns.
   *
   * @param oneMore whether a host that has as many calls as it can do may have this one as well
   * @return false when there is none, and it waits on
   */
  protected abstract boolean go(boolean oneMore, long nowNs);

  /** It has waited in vain: ends the call. */
  protected abstract void refuse(String detail);
}
