package io.weighbridge.gateway.http2;

/** Headroom of which a test wants to know nothing. */
public final class TestHeadroom {
  private TestHeadroom() {}

  /** As much as anybody likes. */
  public static Headroom ample() {
    return new Headroom(() -> 0, Long.MAX_VALUE, () -> {});
  }
}
