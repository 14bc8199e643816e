package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.HostTable.Host;
import java.util.List;
import java.util.Map;

/**
 * How one host stands, for people. Immutable.
 *
 * @param reason why, or empty
 * @param sinceUnixNs when it entered the state
 * @param proofAgeNs since its last proof; negative when there is none
 * @param bootId hex boot id of the process that proved, or empty
 * @param binding "tls" or "none": what ties the last proof to the host's connections; empty without
 *     a proof
 * @param models what it last said it holds, believed or not: all that is configured, some of the
 *     others
 * @param modelsLeftOut how many more it said it holds
 * @param attestations challenges by result: verified, late, rejected
 * @param alarms quarantines by reason
 */
public record HostStatus(
    Host host,
    HostState state,
    String reason,
    long sinceUnixNs,
    long proofAgeNs,
    String bootId,
    String binding,
    List<HeldModel> models,
    int modelsLeftOut,
    Map<String, Long> attestations,
    Map<String, Long> alarms) {

  public HostStatus {
    models = List.copyOf(models);
    attestations = Map.copyOf(attestations);
    alarms = Map.copyOf(alarms);
  }

  /**
   * A version the host holds.
   *
   * @param digest "sha256:" and 64 hex digits, or empty when unattested
   * @param expected whether it is configured, and with this digest (or none in particular)
   */
  public record HeldModel(
      String name,
      String version,
      String digest,
      boolean expected,
      long loadGeneration,
      String hashPoint) {}
}
