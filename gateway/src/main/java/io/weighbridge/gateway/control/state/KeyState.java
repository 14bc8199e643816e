package io.weighbridge.gateway.control.state;

import java.util.List;

/**
 * One API key as it is kept: no secret. Immutable.
 *
 * @param sha256 of the secret's characters, 64 hex digits
 * @param role empty for callers' keys; operator, auditor or admin
 * @param models names, or "*"; empty for admin keys
 * @param revokedAtUnixNs 0 while it is good
 */
public record KeyState(
    String id,
    String sha256,
    String tenant,
    String principal,
    String role,
    List<String> models,
    Origin origin,
    long revokedAtUnixNs) {

  /** Where a key comes from: {@link #FILE} or {@link #STATE}. */
  public static final String STATE = "state";

  /** The keys file. */
  public static final String FILE = "file";

  public KeyState {
    models = List.copyOf(models);
  }

  /** Where it comes from, when and by whom it was made. */
  public record Origin(String source, long createdAtUnixNs, String createdBy) {}

  /** Whether it still opens anything. */
  public boolean good() {
    return revokedAtUnixNs == 0;
  }

  /** Whether the keys file declares it. */
  public boolean fromFile() {
    return origin.source().equals(FILE);
  }

  /** This key, revoked. */
  public KeyState revoked(long atUnixNs) {
    return new KeyState(id, sha256, tenant, principal, role, models, origin, atUnixNs);
  }
}
