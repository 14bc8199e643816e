package io.weighbridge.gateway.control;

import io.weighbridge.admin.v1.Host;
import java.util.List;
import java.util.Set;

/** What operators can see and do of hosts. Implementations are thread-safe. */
public interface HostControl {
  /** State of a host that only an operator can bring back. */
  String QUARANTINED = "quarantined";

  /** What {@link #release} did. */
  enum Released {
    DONE,
    /** It is not quarantined any more. */
    NOT_QUARANTINED,
    /** It could not be written down: the host stays out. */
    NOT_RECORDED
  }

  /** Every configured host, in the order of the configuration. */
  List<Host> hosts();

  /**
   * Ends a quarantine and lets the host prove itself: afterwards {@link #hosts} tells what came of
   * it. Called once its record is in the ledger; waits for the host.
   */
  Released release(String id);

  /**
   * What would have no host if new calls kept away from this one and from those that drain already:
   * versions and services for which it may answer now.
   */
  List<String> onlyOn(String id, Set<String> draining);
}
