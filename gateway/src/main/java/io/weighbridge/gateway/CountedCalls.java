package io.weighbridge.gateway;

import io.weighbridge.gateway.observe.CallMetrics;
import io.weighbridge.gateway.observe.Metric;
import io.weighbridge.gateway.pipeline.CallEvents;
import io.weighbridge.ledger.Ledger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what happens to calls beyond their outcome, in the metrics and in the ledger. Thread-safe.
 */
final class CountedCalls implements CallEvents {
  private final Ledger ledger;
  private final LongAdder fallbacks;

  CountedCalls(Ledger ledger, CallMetrics metrics) {
    this.ledger = ledger;
    fallbacks = metrics.tally(Metric.UNROUTABLE_FALLBACKS);
  }

  @Override
  public void refusedUnidentified(String reason, int grpcCode) {
    ledger.foldRefusal(reason, grpcCode);
  }

  @Override
  public void unroutable() {
    fallbacks.increment();
  }
}
