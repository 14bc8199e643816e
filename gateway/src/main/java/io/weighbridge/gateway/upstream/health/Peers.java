package io.weighbridge.gateway.upstream.health;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * What the hosts of a version that do not rest show at one moment, in order: so each of a thousand
 * can be held against all others. Immutable.
 */
final class Peers {
  private static final int TIMED_MIN = 5;

  private final double[] meansNs;
  private final double[] failedShares;

  /** Those of these hosts that do not rest. */
  Peers(List<SeatHealth> hosts) {
    meansNs = sorted(hosts, Peers::timed, Peers::meanNs);
    failedShares = sorted(hosts, Peers::judged, SeatHealth::failedShare);
  }

  private static double[] sorted(
      List<SeatHealth> hosts, Predicate<SeatHealth> which, ToDoubleFunction<SeatHealth> of) {
    double[] values = new double[hosts.size()];
    int count = 0;
    for (SeatHealth host : hosts) {
      if (which.test(host)) {
        values[count++] = of.applyAsDouble(host);
      }
    }
    Arrays.sort(values, 0, count);
    return Arrays.copyOf(values, count);
  }

  /** Whether enough of its answers were timed to say what they take. */
  static boolean timed(SeatHealth host) {
    return host.in() && host.recent().timed() >= TIMED_MIN;
  }

  private static double meanNs(SeatHealth host) {
    return Math.max(1, host.recent().meanNs());
  }

  private static boolean judged(SeatHealth host) {
    return host.in() && host.failedShare() >= 0;
  }

  /** The lower median of what their answers take; 0 when none tells. */
  long usualNs() {
    return (long) lowerMedian(meansNs, 0);
  }

  /** The same of all but this one; 0 when none tells. */
  long usualNsBut(SeatHealth host) {
    return (long) (timed(host) ? lowerMedian(meansNs, meanNs(host), 0) : lowerMedian(meansNs, 0));
  }

  /** The lower median of the share of failures of all but this one; negative when none tells. */
  double failedShareBut(SeatHealth host) {
    return judged(host)
        ? lowerMedian(failedShares, host.failedShare(), -1)
        : lowerMedian(failedShares, -1);
  }

  private static double lowerMedian(double[] ascending, double none) {
    return ascending.length == 0 ? none : ascending[(ascending.length - 1) / 2];
  }

  /** Of what is left without one of the values. */
  static double lowerMedian(double[] ascending, double without, double none) {
    int count = ascending.length - 1;
    if (count == 0) {
      return none;
    }
    int at = (count - 1) / 2;
    return ascending[without <= ascending[at] ? at + 1 : at];
  }
}
