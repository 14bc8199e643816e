package io.weighbridge.gateway.admission;

import org.jspecify.annotations.Nullable;

/**
 * How many calls a caller, or all callers of a tenant together, may make. Immutable.
 *
 * @param tenant its name, or {@link #EACH}
 * @param principal null for the tenant's callers together; else one caller's name, or {@link #EACH}
 * @param intervalNs between two calls in the long run
 * @param burst calls that may come at once after a pause
 * @param text the rate as an operator wrote it
 */
public record RateRule(
    String tenant, @Nullable String principal, long intervalNs, int burst, String text) {
  /** Whoever no other rule names, each by itself. */
  public static final String EACH = "*";

  public RateRule {
    if (intervalNs < 1 || burst < 1) {
      throw new IllegalArgumentException("a rate of nothing");
    }
  }
}
