package io.weighbridge.gateway.control.state;

/**
 * That an operator keeps new calls away from a host, since when and why. Immutable.
 *
 * @param sinceUnixNs wall clock
 */
public record HostDrain(String reason, String changedBy, long sinceUnixNs) {

  /** A drain decided now; the change that carries it gives it its time. */
  public static HostDrain decided(String reason, String changedBy) {
    return new HostDrain(reason, changedBy, 0);
  }

  HostDrain stamped(Stamp stamp) {
    return new HostDrain(reason, changedBy, stamp.atUnixNs());
  }
}
