package io.weighbridge.gateway.attestation;

import java.util.Locale;

/** How a host stands with its proof. */
public enum HostState {
  /** Not asked yet, or asked again after a release. */
  CONNECTING,
  /** Answered its last challenge. */
  PROVED,
  /** Late with its last challenge; the proof before still holds. */
  STALE,
  /** Late for so long that its last proof does not hold any more. */
  EXPIRED,
  /** Gave a wrong answer; out until an operator releases it. */
  QUARANTINED,
  /** Never answered a challenge. */
  UNREACHABLE,
  /** Has no key: it is never asked. */
  UNATTESTED;

  /** The word for people, records and metrics. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
