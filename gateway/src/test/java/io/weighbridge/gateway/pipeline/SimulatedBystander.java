package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.attestation.HostCounters;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.local.Serving;
import io.weighbridge.gateway.upstream.UpstreamEvents;
import org.jspecify.annotations.Nullable;

/** Hears what a simulated world's gateway tells others. Confined to its loop. */
final class SimulatedBystander implements AttestationEvents, CallEvents, UpstreamEvents, Serving {
  private final HostCounters counters;

  SimulatedBystander(HostCounters counters) {
    this.counters = counters;
  }

  @Override
  public HostCounters counters() {
    return counters;
  }

  @Override
  public void mismatch(HostTable.Host host, Target of, @Nullable AsciiString observed) {}

  @Override
  public void processChanged(HostTable.Host host, @Nullable AsciiString bootId) {}

  @Override
  public void generationChanged(HostTable.Host host) {}

  @Override
  public void refusedUnidentified(String reason, int grpcCode) {}

  @Override
  public void unroutable() {}

  @Override
  public void connected(HostTable.Host host) {}

  @Override
  public void disconnected(HostTable.Host host) {}

  @Override
  public void connectFailed(HostTable.Host host) {}

  @Override
  public void protocolError(HostTable.Host host) {}

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public boolean draining() {
    return false;
  }
}
