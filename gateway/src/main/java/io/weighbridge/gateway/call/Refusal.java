package io.weighbridge.gateway.call;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Every reason for which the gateway itself ends a call other than OK: the closed list that
 * docs/errors.md explains.
 */
public enum Refusal {
  CREDENTIALS_MISSING(16, "credentials_missing", false, "send authorization: Bearer <key>"),
  CREDENTIALS_INVALID(16, "credentials_invalid", false, "check the key, or ask for a new one"),
  CREDENTIALS_EXPIRED(16, "credentials_expired", false, "get a fresh token"),
  IDENTITY_CONFLICT(
      7, "identity_conflict", false, "send a key of the caller your certificate names"),
  PERMISSION_DENIED(
      7, "permission_denied", false, "ask an admin to allow this model or service for your key"),
  MODEL_UNKNOWN(5, "model_unknown", false, "check model_name"),
  VERSION_UNKNOWN(5, "version_unknown", false, "check model_version"),
  LABEL_UNKNOWN(5, "label_unknown", false, "check the label"),
  SERVICE_UNKNOWN(5, "service_unknown", false, "check the service whose health is asked for"),
  REQUEST_MALFORMED(3, "request_malformed", false, "send one well-formed message"),
  FRAMING_MALFORMED(13, "framing_malformed", false, "frame messages as gRPC over HTTP/2 says"),
  TIMEOUT_MALFORMED(13, "timeout_malformed", false, "send grpc-timeout as gRPC over HTTP/2 says"),
  CARDINALITY_VIOLATION(12, "cardinality_violation", false, "send one message"),
  COMPRESSION_UNSUPPORTED(12, "compression_unsupported", false, "send messages uncompressed"),
  METHOD_UNKNOWN(12, "method_unknown", false, "see the list of methods served"),
  MESSAGE_TOO_LARGE(8, "message_too_large", false, "send less"),
  RATE_LIMITED(8, "rate_limited", true, "wait and retry"),
  OVERLOADED(14, "overloaded", true, "wait and retry"),
  HOST_CIRCUIT_OPEN(14, "host_circuit_open", true, "wait and retry"),
  NO_VERIFIED_HOST(14, "no_verified_host", true, "see weighbridge host list"),
  NO_REACHABLE_HOST(14, "no_reachable_host", true, "see weighbridge host list"),
  MODEL_DIGEST_MISMATCH(
      15, "model_digest_mismatch", false, "the host is quarantined: call an operator"),
  HOST_WITHDRAWN(
      15, "host_withdrawn", false, "the host does not prove the model any more: open a new stream"),
  STREAM_TARGET_CHANGED(
      3, "stream_target_changed", false, "open another stream for another model or version"),
  AUDIT_UNAVAILABLE(
      14, "audit_unavailable", true, "the audit log cannot take records: call an operator"),
  DEADLINE_EXCEEDED(4, "deadline_exceeded", false, "allow more time"),
  CANCELLED(1, "cancelled", false, "the caller left"),
  HOST_CONNECTION_LOST(14, "host_connection_lost", true, "retry if the call is idempotent"),
  HOST_PROTOCOL_ERROR(2, "host_protocol_error", false, "the host's answer broke the protocol"),
  HOST_INTERNAL(13, "host_internal", false, "see the host's log"),
  HOST_CANCELLED(1, "host_cancelled", false, "the host gave the call up: see its log"),
  HOST_EXHAUSTED(8, "host_exhausted", false, "the host takes no more of these calls"),
  HOST_DENIED(7, "host_denied", false, "the host refuses the gateway: call an operator"),
  HOST_UNAUTHENTICATED(
      16, "host_unauthenticated", false, "the host does not know the gateway: call an operator"),
  HOST_UNIMPLEMENTED(12, "host_unimplemented", false, "no such method behind the host's address"),
  HOST_UNAVAILABLE(14, "host_unavailable", true, "retry if the call is idempotent"),
  DRAINING(14, "draining", true, "connect again"),
  INTERNAL(13, "internal", false, "report this");

  private final int grpcCode;
  private final String reason;
  private final boolean retryable;
  private final String advice;

  @SuppressWarnings("ImmutableEnumChecker") // Lent out to be read, never written.
  private final byte[] reasonUtf8;

  Refusal(int grpcCode, String reason, boolean retryable, String advice) {
    this.grpcCode = grpcCode;
    this.reason = reason;
    this.retryable = retryable;
    this.advice = advice;
    reasonUtf8 = reason.getBytes(UTF_8);
  }

  /** The gRPC status code, 1 to 16. */
  public int grpcCode() {
    return grpcCode;
  }

  /**
   * The stable snake_case word: google.rpc.ErrorInfo.reason, the record's reason, the metrics'
   * label.
   */
  public String reason() {
    return reason;
  }

  /** The same for the record. Borrowed. */
  public byte[] reasonUtf8() {
    return reasonUtf8;
  }

  /** Whether the same call may succeed later. */
  public boolean retryable() {
    return retryable;
  }

  /** What to do next, for the status message. */
  public String advice() {
    return advice;
  }
}
