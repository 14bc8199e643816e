package io.weighbridge.gateway.upstream.health;

import org.jspecify.annotations.Nullable;

/**
 * Whether a version on a host gets calls. Immutable, but for the place on probation.
 *
 * @param share of the draws it wins that it takes part in, 0 to 1: less than 1 while it starts
 *     slowly
 * @param probation not null while on it
 * @param atNeed whether it rests, and answers all the same: it gets calls when no other host can be
 *     reached
 * @param patienceNs a call that ran out of time says something about the host only if the host had
 *     this long
 * @param lateNs when an answer is later than nearly all others
 */
public record Standing(
    State state,
    double share,
    @Nullable Probation probation,
    boolean atNeed,
    long patienceNs,
    long lateNs) {
  /** What there is to know of a host that never did anything wrong. */
  public static final Standing NEW =
      new Standing(State.IN, 1, null, false, Long.MAX_VALUE, Long.MAX_VALUE);

  /** Who may be given calls. */
  public enum State {
    IN,
    ON_PROBATION,
    OUT
  }
}
