package io.weighbridge.gateway.call;

import org.jspecify.annotations.Nullable;

/**
 * One version of one model, as a call can be routed to it. Immutable; built with the route table.
 *
 * @param slot small number that stands for (model, version) as long as the process lives; see
 *     {@link Slots}
 * @param expectedDigest "sha256:" and 64 hex digits, or null where the configuration says {@code
 *     integrity: none}
 * @param deploymentLeafPlusOne leaf of the CHANGE that made this digest expected, plus one; 0 when
 *     unknown
 */
public record Target(
    String model,
    String version,
    int slot,
    @Nullable String expectedDigest,
    long deploymentLeafPlusOne) {

  /** Whether answers must carry the expected digest. */
  public boolean attested() {
    return expectedDigest != null;
  }
}
