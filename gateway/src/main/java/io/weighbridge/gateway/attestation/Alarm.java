package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.http2.PeerText;
import org.jspecify.annotations.Nullable;

/**
 * Why a host is quarantined. Immutable. Model, version and digests are empty where none is
 * concerned.
 *
 * @param reason one snake_case word, the same in record, metric and log
 * @param expected "sha256:..." that the configuration expects
 * @param observed what the host showed instead
 * @param detail for people, in one short line whatever the host wrote
 */
record Alarm(
    String reason, String model, String version, String expected, String observed, String detail) {
  static final String DIGEST_MISMATCH = "digest_mismatch";
  static final String COUNTER_DECREASED = "counter_decreased";
  static final String COUNTER_UNEXPLAINED = "counter_unexplained";
  static final String GENERATION_REUSED = "generation_reused";
  static final String BOOT_ID_CONFLICT = "boot_id_conflict";
  static final String TLS_KEY_MISMATCH = "tls_key_mismatch";

  Alarm {
    detail = PeerText.shown(detail);
  }

  static Alarm of(String reason, String detail) {
    return new Alarm(reason, "", "", "", "", detail);
  }

  static Alarm mismatch(Target target, @Nullable String observed) {
    String found = observed == null ? "" : observed;
    return new Alarm(
        DIGEST_MISMATCH,
        target.model(),
        target.version(),
        String.valueOf(target.expectedDigest()),
        found,
        target.model()
            + " version "
            + target.version()
            + ": expected "
            + target.expectedDigest()
            + ", found "
            + (found.isEmpty() ? "none" : found));
  }
}
