package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.attestation.HostCounters;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Target;
import org.jspecify.annotations.Nullable;

/** What calls notice about hosts, told to attestation. Called on event loops; must not block. */
public interface AttestationEvents {

  /**
   * The host answered with another digest than it proved, or with none: it must not answer any
   * more.
   */
  void mismatch(HostTable.Host host, Target target, @Nullable AsciiString observed);

  /** Another process than the one that proved itself answers at the host's address. */
  void processChanged(HostTable.Host host, @Nullable AsciiString bootId);

  /**
   * An answer carried the proved digest, but loaded anew since: the host must prove itself again.
   */
  void generationChanged(HostTable.Host host);

  /** What is counted of the predictions sent to hosts, for hosts count the same. */
  HostCounters counters();
}
