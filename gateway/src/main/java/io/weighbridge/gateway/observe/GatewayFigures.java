package io.weighbridge.gateway.observe;

import io.weighbridge.ledger.Ledger;
import java.util.List;

/**
 * What the rest of the gateway tells the metrics page when it is asked. Implemented by the wiring;
 * every method is called by a scrape, from any thread, and must answer at once.
 */
public interface GatewayFigures {
  /** Figures of the ledger. */
  Ledger.Status ledger();

  /** Whether the ledger takes records. */
  boolean ledgerAccepting();

  /** Whether calls leave a record. */
  boolean callsRecorded();

  /** Every configured host. */
  List<HostFigures> hosts();

  /** How many hosts may answer for each configured version. */
  List<VersionHosts> versions();

  /** Epoch of the route table in use. */
  long routeEpoch();

  /** Bytes outside the heap that the data path's buffers hold, those kept for later included. */
  long directBytes();

  /** Of these, what somebody has. */
  long buffersHeldBytes();

  /** How many calls of a hundred are refused because the gateway is in trouble, by its kind. */
  List<Count> shedPercents();

  /** Why this gateway cannot take calls; empty when it can. */
  List<String> notReady();

  /**
   * One host's proof.
   *
   * @param state one of {@link MetricsPage#HOST_STATES}
   * @param proofAgeNs negative when there never was a proof
   * @param draining whether new calls keep away from it
   * @param attestations challenges by result
   * @param alarms quarantines by reason
   * @param rests how often versions on it were sent to rest, by reason
   * @param checks questions whether it is ready, by answer
   */
  record HostFigures(
      String id,
      String state,
      long proofAgeNs,
      boolean draining,
      long inFlight,
      List<Count> attestations,
      List<Count> alarms,
      List<Count> rests,
      List<Count> checks) {}

  /** How the certificates of each use stand. */
  List<CertificateFigures> certificates();

  /**
   * The certificates of one use.
   *
   * @param use predict, admin, http, or a host's id
   * @param notAfterUnixS when the first of them expires
   * @param reloadFailed whether the files as they stand were not taken
   * @param taken changes that were taken
   * @param notTaken changes that were not
   */
  record CertificateFigures(
      String use, long notAfterUnixS, boolean reloadFailed, long taken, long notTaken) {}

  /** How often something named happened. */
  record Count(String name, long count) {}

  /**
   * Hosts that may answer for a version.
   *
   * @param inFlightMax calls they are given at a time now, together
   * @param resting those of them that get no calls, or one at a time
   * @param served whether hosts that should rest get calls, for too many should
   * @param servedCount how often that began
   */
  record VersionHosts(
      String model,
      String version,
      int hosts,
      long inFlightMax,
      int resting,
      boolean served,
      long servedCount) {}
}
