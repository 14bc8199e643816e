package io.weighbridge.gateway.upstream.health;

import java.util.Locale;

/** Why a version on a host rests: a closed list. */
public enum Reason {
  /** Half of its last calls failed, whatever the others do. */
  FAILING,
  /** It fails clearly more often than the other hosts of the version. */
  FAILING_MORE,
  /** It is several times slower than the others. */
  SLOW,
  /** It has calls and answers none, while others answer. */
  SILENT,
  /** Asked whether it is ready, it says no, or nothing. */
  NOT_READY,
  /** A call on probation failed. */
  PROBATION_FAILED;

  /** The word for people and metrics. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
