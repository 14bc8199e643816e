package io.weighbridge.gateway.control;

/** What attestation knows about the hosts of a version. Implementations are thread-safe. */
@FunctionalInterface
public interface RoutableVersions {

  /** The hosts of a version now. */
  Hosts hosts(String model, String version);

  /**
   * How many hosts a version has.
   *
   * @param proved may answer for it now
   * @param known hold it at all, with whatever digest
   */
  record Hosts(int proved, int known) {}
}
