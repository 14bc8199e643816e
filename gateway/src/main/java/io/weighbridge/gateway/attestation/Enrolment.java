package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Seats;
import java.util.List;

/**
 * Who asks whom for proofs. Immutable, but for the numbers that seats are given.
 *
 * @param gatewayId the gateway that asks
 * @param hosts in the order of their {@link HostTable.Host#index}
 * @param seats numbers the versions that hosts hold
 */
public record Enrolment(String gatewayId, List<EnrolledHost> hosts, Seats seats) {
  public Enrolment {
    hosts = List.copyOf(hosts);
  }
}
