package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
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
   * An answer carried the right digest and this load generation; another than the proved one asks
   * for a new proof.
   */
  void generation(HostTable.Eligible chosen, @Nullable AsciiString generation);
}
