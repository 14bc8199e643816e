package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.NanoClock;
import java.util.concurrent.TimeUnit;

/** Time that passes when a test says so. */
final class FakeClock implements NanoClock {
  // Near the end of the range: code that compares instants, not differences, breaks.
  private long nowNs = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(100);

  @Override
  public long nowNs() {
    return nowNs;
  }

  void passSeconds(long seconds) {
    nowNs += TimeUnit.SECONDS.toNanos(seconds);
  }

  void passNs(long ns) {
    nowNs += ns;
  }
}
