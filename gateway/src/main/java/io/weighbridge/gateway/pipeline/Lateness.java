package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.upstream.Upstream;
import java.util.concurrent.TimeUnit;

/** When a try is late, and when there is no hope for it any more. Stateless. */
final class Lateness {
  /** A try gets this many times the patience of the version before it is given up... */
  private static final int PATIENCES = 4;

  /** ... and never less than this. */
  private static final long ATTEMPT_NS_MIN = TimeUnit.MILLISECONDS.toNanos(500);

  private Lateness() {}

  /** How long the try is waited for before another host is asked instead. */
  static long hopelessNs(Upstream upstream, HostAttempt attempt) {
    long patienceNs = upstream.patienceNs(attempt.chosen());
    return patienceNs > Long.MAX_VALUE / PATIENCES
        ? Long.MAX_VALUE
        : Math.max(ATTEMPT_NS_MIN, PATIENCES * patienceNs);
  }

  /**
   * When the try is to be looked at, for it has something to show then that it had not before.
   *
   * @param hedged whether another host may be asked as well
   * @return {@link Long#MAX_VALUE} for never
   */
  static long lookAtNs(Upstream upstream, HostAttempt attempt, boolean hedged, long nowNs) {
    long waitedNs = attempt.shows().waitedNs(nowNs);
    long lateNs = hedged ? upstream.lateNs(attempt.chosen()) : Long.MAX_VALUE;
    long hopelessNs = hopelessNs(upstream, attempt);
    long nextNs = waitedNs < lateNs ? Math.min(lateNs, hopelessNs) : hopelessNs;
    return nextNs == Long.MAX_VALUE ? Long.MAX_VALUE : nowNs + nextNs - waitedNs;
  }
}
