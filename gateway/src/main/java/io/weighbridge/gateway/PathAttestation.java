package io.weighbridge.gateway;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.attestation.Attestations;
import io.weighbridge.gateway.attestation.HostCounters;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.pipeline.AttestationEvents;
import org.jspecify.annotations.Nullable;

/** Takes what calls notice to attestation. Thread-safe; never blocks. */
final class PathAttestation implements AttestationEvents {
  private final Attestations attestations;

  private final HostCounters counters;

  PathAttestation(Attestations attestations, HostCounters counters) {
    this.attestations = attestations;
    this.counters = counters;
  }

  @Override
  public HostCounters counters() {
    return counters;
  }

  @Override
  public void mismatch(HostTable.Host host, Target target, @Nullable AsciiString observed) {
    attestations.mismatch(host, target, observed);
  }

  @Override
  public void processChanged(HostTable.Host host, @Nullable AsciiString bootId) {
    attestations.connectionChanged(host, bootId == null ? "" : bootId);
  }

  @Override
  public void generationChanged(HostTable.Host host) {
    attestations.generationChanged(host);
  }
}
