package io.weighbridge.gateway;

import io.weighbridge.gateway.local.Serving;
import io.weighbridge.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether this gateway can take calls, and why not. Thread-safe: two flags that only ever turn
 * once.
 */
final class Readiness implements Serving {
  private final Ledger ledger;
  private volatile boolean configured;
  private volatile boolean draining;

  Readiness(Ledger ledger) {
    this.ledger = ledger;
  }

  void configured() {
    configured = true;
  }

  void drain() {
    draining = true;
  }

  @Override
  public boolean ready() {
    return configured && !draining && ledger.accepting();
  }

  @Override
  public boolean draining() {
    return draining;
  }

  /** Reasons for people; empty when ready. */
  List<String> notReady() {
    List<String> reasons = new ArrayList<>();
    if (!configured) {
      reasons.add("the configuration is not loaded yet");
    }
    if (draining) {
      reasons.add("draining");
    }
    if (!ledger.accepting()) {
      reasons.add("the ledger takes no records: " + ledger.status().failure());
    }
    return reasons;
  }
}
