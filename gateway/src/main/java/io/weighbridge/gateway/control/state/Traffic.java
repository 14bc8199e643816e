package io.weighbridge.gateway.control.state;

import io.weighbridge.gateway.route.Ranges;

/**
 * How a model's calls are split, since when and why. Immutable.
 *
 * @param epoch of the route table that began with it
 * @param changedAtUnixNs wall clock
 * @param recordId of its CHANGE record, in text
 */
public record Traffic(
    long epoch,
    Ranges ranges,
    String changedBy,
    String reason,
    long changedAtUnixNs,
    String recordId) {

  /** A split decided now; the change that carries it gives it epoch, time and record. */
  public static Traffic decided(Ranges ranges, String changedBy, String reason) {
    return new Traffic(0, ranges, changedBy, reason, 0, "");
  }

  Traffic stamped(Stamp stamp) {
    return epoch != 0
        ? this
        : new Traffic(
            stamp.epoch(),
            ranges,
            changedBy,
            reason,
            stamp.atUnixNs(),
            stamp.recordId().toString());
  }
}
