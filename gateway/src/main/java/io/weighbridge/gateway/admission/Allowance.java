package io.weighbridge.gateway.admission;

import org.jspecify.annotations.Nullable;

/** The rates that one caller's calls count against: its own and its tenant's. Thread-safe. */
public final class Allowance {
  /** No rule applies. */
  static final Allowance BOUNDLESS = new Allowance(null, null);

  private final @Nullable RateLimit own;
  private final @Nullable RateLimit tenants;

  Allowance(@Nullable RateLimit own, @Nullable RateLimit tenants) {
    this.own = own;
    this.tenants = tenants;
  }

  /**
   * Takes a call from each, or from none.
   *
   * @return the one that has none left, or null
   */
  @Nullable RateLimit take(long nowNs) {
    RateLimit first = own;
    if (first != null && !first.take(nowNs)) {
      return first;
    }
    RateLimit second = tenants;
    if (second == null || second.take(nowNs)) {
      return null;
    }
    if (first != null) {
      first.giveBack();
    }
    return second;
  }
}
