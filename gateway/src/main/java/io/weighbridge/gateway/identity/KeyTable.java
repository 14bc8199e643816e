package io.weighbridge.gateway.identity;

import io.weighbridge.gateway.call.Caller;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that are good now. Immutable; control publishes a new one when a key is created,
 * revoked, or the keys file changes.
 *
 * @param keysById by the id in {@code wb_<id>_<secret>}
 * @param callersByName by a name in their certificates, {@code DNS:...} or {@code URI:...}
 */
public record KeyTable(Map<String, StoredKey> keysById, Map<String, Caller> callersByName) {

  public KeyTable {
    keysById = Map.copyOf(keysById);
    callersByName = Map.copyOf(callersByName);
  }

  /** Keys alone. */
  public KeyTable(Map<String, StoredKey> keysById) {
    this(keysById, Map.of());
  }

  /**
   * One key as it is kept.
   *
   * @param secretSha256 SHA-256 of the secret's ASCII characters; the secret itself is kept nowhere
   */
  @SuppressWarnings(
      "ArrayRecordComponent") // Never compared as a record; the bytes are compared in constant
  // time.
  public record StoredKey(byte[] secretSha256, Caller caller) {}

  /** The key of this id, or null. */
  public @Nullable StoredKey find(String id) {
    return keysById.get(id);
  }

  /** The caller whose certificate carries this name, or null. */
  public @Nullable Caller named(String certificateName) {
    return callersByName.get(certificateName);
  }
}
