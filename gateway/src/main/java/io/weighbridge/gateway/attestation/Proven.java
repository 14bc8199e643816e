package io.weighbridge.gateway.attestation;

import io.weighbridge.attest.v1.CallCounters;
import io.weighbridge.attest.v1.HashPoint;
import io.weighbridge.attest.v1.HostStatement;
import io.weighbridge.attest.v1.LoadedModel;
import io.weighbridge.integrity.Digest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one verified statement of a host says. Immutable.
 *
 * @param bootId hex
 * @param tlsKeyHash hex, of the TLS public key that the host names and its connection showed; empty
 *     on plain text
 * @param processStartedAtUnixNs by the host's own clock
 * @param provedAtNs when the challenge was sent, on the monotonic clock: the statement is not older
 * @param attestationLeafPlusOne leaf of its record plus one; 0 before it is recorded
 */
record Proven(
    String bootId,
    String tlsKeyHash,
    long processStartedAtUnixNs,
    Map<Version, Held> models,
    CallCounters counters,
    long provedAtNs,
    long attestationLeafPlusOne) {

  /** A model's version. */
  record Version(String model, String version) {}

  /**
   * A version the host holds.
   *
   * @param digest "sha256:" and 64 hex digits
   * @param hashPoint when its bytes were hashed, in one snake_case word
   */
  record Held(String digest, long loadGeneration, String hashPoint) {}

  static Proven of(HostStatement statement, long provedAtNs) {
    Map<Version, Held> models = new LinkedHashMap<>();
    for (LoadedModel model : statement.getModelsList()) {
      String digest = Digest.ofBytes(model.getRootDigest().toByteArray()).toString();
      models.put(
          new Version(model.getName(), model.getVersion()),
          new Held(digest, model.getLoadGeneration(), word(model.getHashPoint())));
    }
    return new Proven(
        HexFormat.of().formatHex(statement.getBootId().toByteArray()),
        HexFormat.of().formatHex(statement.getTlsPublicKeyHash().toByteArray()),
        statement.getProcessStartedAt(),
        models,
        statement.getCounters(),
        provedAtNs,
        0);
  }

  Proven recordedAt(long leafIndex) {
    return new Proven(
        bootId, tlsKeyHash, processStartedAtUnixNs, models, counters, provedAtNs, leafIndex + 1);
  }

  /** What ties the statement to the connection it came over: the host's TLS key, or nothing. */
  String binding() {
    return tlsKeyHash.isEmpty() ? "none" : "tls";
  }

  @Nullable Held held(String model, String version) {
    return models.get(new Version(model, version));
  }

  private static String word(HashPoint point) {
    if (point == HashPoint.UNRECOGNIZED) {
      return "unknown"; // Of a newer host.
    }
    String name = point.name();
    return name.substring(name.indexOf("POINT_") + "POINT_".length()).toLowerCase(Locale.ROOT);
  }
}
