package io.weighbridge.gateway.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.http2.TlsStart.Fault;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class HandshakeLogTest {
  private long nowNs = Long.MAX_VALUE - 5; // A monotonic clock may pass through here.
  private final HandshakeLog log = new HandshakeLog(() -> nowNs);

  @Test
  void tellsOnceASecond() {
    assertThat(log.failed(null, Fault.PROTOCOL, "x")).isTrue();
    assertThat(log.failed(null, Fault.CERTIFICATE, "x")).isFalse();
    nowNs += TimeUnit.SECONDS.toNanos(1) - 1;
    assertThat(log.failed(null, Fault.PROTOCOL, "x")).isFalse();
    nowNs += 1;
    assertThat(log.failed(null, Fault.PROTOCOL, "x")).isTrue();
    assertThat(log.failed(null, Fault.PROTOCOL, "x")).isFalse();
  }

  @Test
  void tellsNothingOfPeersThatMerelyLeft() {
    assertThat(log.failed(null, Fault.PEER_LEFT, "x")).isFalse();
    assertThat(log.failed(null, Fault.PROTOCOL, "x")).isTrue();
  }
}
