package io.weighbridge.gateway.upstream.health;

import io.weighbridge.gateway.call.HostTable.Host;
import java.util.Locale;
import java.util.Map;

/**
 * How a version on a host stands, for people. Immutable.
 *
 * @param slot of the version; see {@link io.weighbridge.gateway.call.Slots}
 * @param reason of its last rest, in one snake_case word; empty when there was none, or that is
 *     long ago
 * @param sinceUnixMs when it entered its state
 * @param rests how often it was sent to rest, by reason
 */
public record SeatReport(
    Host host,
    int slot,
    State state,
    String reason,
    long sinceUnixMs,
    Figures figures,
    Map<Reason, Long> rests) {

  public SeatReport {
    rests = Map.copyOf(rests);
  }

  /** How it stands. */
  public enum State {
    IN,
    /** Back from a rest: its share of the calls grows. */
    STARTING,
    RESTING,
    /** At the end of a rest: one call at a time. */
    PROBATION,
    /** It should rest and is given calls all the same, for too many others rest as well. */
    SERVED;

    /** Whether it gets no calls, or one at a time. */
    public boolean rests() {
      return this == RESTING || this == PROBATION;
    }

    /** The word for people and metrics. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What was counted.
   *
   * @param inFlight calls of one message whose answer has not begun
   * @param inFlightMax how many it is given at a time now
   * @param latencyNs mean over the last second; 0 without calls
   * @param failedShare of its last calls, 0 to 1
   */
  public record Figures(long inFlight, int inFlightMax, long latencyNs, double failedShare) {}
}
