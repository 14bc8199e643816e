package io.weighbridge.gateway.upstream.health;

/**
 * Bounds of what is done about hosts in trouble. Immutable.
 *
 * @param restMaxNs longest rest of a host that keeps failing
 * @param waitMaxNs how much longer than at rest an answer may always take
 * @param inFlightFirst calls at a time of a version on a host of which nothing is known
 */
public record HealthLimits(long restMaxNs, long waitMaxNs, int inFlightFirst) {
  /** With as many at first as a host of which nothing is known may have. */
  public static HealthLimits of(long restMaxNs, long waitMaxNs) {
    return new HealthLimits(restMaxNs, waitMaxNs, AdaptiveLimit.FIRST);
  }
}
