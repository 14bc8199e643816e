package io.weighbridge.gateway.upstream.health;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of one version, judged by each other. Confined to the health thread.
 *
 * <p>While more than half of them rest, something else is wrong than the hosts: those that answer
 * anything at all are given calls in spite of it.
 */
final class VersionHealth {
  /** A host is slow, or silent, at this many times what the better half of the others needs. */
  static final int SLOW_FACTOR = 5;

  /** Below this difference hosts are not called slow: pauses of a collector are not an illness. */
  static final long SLOW_NS_MIN = TimeUnit.MILLISECONDS.toNanos(5);

  /** Silence that is never held against a host. */
  static final long SILENT_NS_MIN = TimeUnit.MILLISECONDS.toNanos(500);

  /** Calls that ran out of time count against a host that had this many times the usual. */
  private static final int PATIENCE_FACTOR = 3;

  private static final double FAILED_MORE_MIN = 0.1;
  private static final int FAILED_CALLS_MIN = 4;

  /** Called off is one call in twenty of a host that is well: so many in a row are no chance. */
  private static final int CALLED_OFF_MIN = 5;

  /** Differences of shares that come by chance are smaller than this many standard deviations. */
  private static final double DEVIATIONS = 4;

  private static final double WINDOW_CALLS = 100;

  private final LatePoint late = new LatePoint();
  private final Newcomers newcomers = new Newcomers();
  private long typicalNs;
  private boolean panic;
  private long panics;

  /** What an answer of this version usually takes; 0 until that is known. */
  long typicalNs() {
    return typicalNs;
  }

  /** How long calls must last before running out of time says something about a host. */
  long patienceNs() {
    // Rounded, so that it rarely changes.
    return typicalNs == 0 ? Long.MAX_VALUE : Long.highestOneBit(PATIENCE_FACTOR * typicalNs);
  }

  /** Which hosts are new to the version. */
  Newcomers newcomers() {
    return newcomers;
  }

  /** When an answer is later than nearly all others. */
  LatePoint late() {
    return late;
  }

  /** Latency from which on a host is slow. */
  long slowNs() {
    return typicalNs == 0 ? Long.MAX_VALUE : slowNs(typicalNs);
  }

  private static long slowNs(long usualNs) {
    return Math.max(SLOW_FACTOR * usualNs, usualNs + SLOW_NS_MIN);
  }

  /** Whether the rest of hosts is not respected now. */
  boolean panic() {
    return panic;
  }

  /** How often that began. */
  long panics() {
    return panics;
  }

  /**
   * Judges those that do not rest by each other, then all of them together.
   *
   * @param hosts those that ever got calls
   * @param hostCount all of them
   */
  void judge(List<SeatHealth> hosts, int hostCount, SeatHealth.Moment at) {
    Peers peers = new Peers(hosts);
    long usualNs = peers.usualNs();
    typicalNs = usualNs > 0 ? usualNs : typicalNs;
    for (SeatHealth host : hosts) {
      Reason why = host.in() ? outlier(host, peers, at) : null;
      if (why != null) {
        host.rest(why, at.nowNs());
        peers = new Peers(hosts);
      }
    }
    int resting = 0;
    for (SeatHealth host : hosts) {
      resting += host.in() ? 0 : 1;
    }
    boolean tooMany = 2 * resting > hostCount;
    panics += tooMany && !panic ? 1 : 0;
    panic = tooMany;
  }

  private static @Nullable Reason outlier(SeatHealth host, Peers peers, SeatHealth.Moment at) {
    double othersFailed = peers.failedShareBut(host);
    if (othersFailed >= 0 && host.failedCalls() >= FAILED_CALLS_MIN) {
      double byChance = Math.sqrt(othersFailed * (1 - othersFailed) / WINDOW_CALLS);
      if (host.failedShare() - othersFailed >= Math.max(FAILED_MORE_MIN, DEVIATIONS * byChance)) {
        return Reason.FAILING_MORE;
      }
    }
    long othersNs = peers.usualNsBut(host);
    if (othersNs == 0) {
      return null;
    }
    Recent recent = host.recent();
    if (Peers.timed(host) && recent.meanNs() > slowNs(othersNs)) {
      return Reason.SLOW;
    }
    return (recent.waiting() >= Recent.WAITING_MIN || recent.calledOff() >= CALLED_OFF_MIN)
            && recent.silentNs(at.nowNs()) - at.lagNs()
                >= Math.max(SILENT_NS_MIN, SLOW_FACTOR * othersNs)
        ? Reason.SILENT
        : null;
  }
}
