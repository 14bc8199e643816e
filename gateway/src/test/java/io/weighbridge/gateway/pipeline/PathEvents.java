package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.http2.TlsStart;
import io.weighbridge.gateway.inbound.InboundEvents;
import io.weighbridge.gateway.upstream.UpstreamEvents;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What a path harness hears of connections. Thread-safe. */
final class PathEvents implements UpstreamEvents, InboundEvents {
  final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger refused = new AtomicInteger();
  final AtomicInteger violations = new AtomicInteger();
  final AtomicInteger openedToHosts = new AtomicInteger();
  private final List<String> folded;

  /** {@code folded} takes the reasons of what has no record of its own. */
  PathEvents(List<String> folded) {
    this.folded = folded;
  }

  @Override
  public void connected(HostTable.Host host) {
    openedToHosts.incrementAndGet();
  }

  @Override
  public void disconnected(HostTable.Host host) {}

  @Override
  public void connectFailed(HostTable.Host host) {}

  @Override
  public void protocolError(HostTable.Host host) {}

  @Override
  public void connectionOpened() {
    opened.incrementAndGet();
  }

  @Override
  public void connectionClosed() {}

  @Override
  public void connectionRefused() {}

  @Override
  public void streamRefused() {
    refused.incrementAndGet();
  }

  @Override
  public void handshakeFailed(TlsStart.Fault fault) {
    folded.add(fault.word());
  }

  @Override
  public void connectionViolated(boolean flood) {
    violations.incrementAndGet();
  }
}
