package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.integrity.HostPublicKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One host as the configuration names it. Immutable.
 *
 * @param key its enrolled key, or null for a host that cannot attest
 * @param serves what a host without a key is said to serve; it counts only for versions with {@code
 *     integrity: none}
 */
public record EnrolledHost(Host host, @Nullable HostPublicKey key, List<Serves> serves) {

  public EnrolledHost {
    serves = List.copyOf(serves);
  }

  /** A version that a host without a key is said to serve. */
  public record Serves(String model, String version) {}
}
