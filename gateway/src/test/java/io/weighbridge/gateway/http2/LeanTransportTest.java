package io.weighbridge.gateway.http2;

import java.util.Map;

/** The contract, kept by our own transport without an exception. */
class LeanTransportTest
    implements FrameContract,
        FlowContract,
        FloodContract,
        SlowContract,
        CallContract,
        DrainContract {

  @Override
  public Tested.Maker transport() {
    return LeanTested::new;
  }

  @Override
  public Map<String, String> deviations() {
    return Map.of();
  }
}
