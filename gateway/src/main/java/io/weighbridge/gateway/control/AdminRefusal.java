package io.weighbridge.gateway.control;

import io.grpc.Status;
import java.util.Locale;

/** Every reason for which the admin API refuses a call. */
enum AdminRefusal {
  CREDENTIALS_MISSING(Status.Code.UNAUTHENTICATED),
  CREDENTIALS_INVALID(Status.Code.UNAUTHENTICATED),
  PERMISSION_DENIED(Status.Code.PERMISSION_DENIED),
  REQUEST_MALFORMED(Status.Code.INVALID_ARGUMENT),
  REASON_MISSING(Status.Code.INVALID_ARGUMENT),
  WEIGHTS_INVALID(Status.Code.INVALID_ARGUMENT),
  VERSION_UNKNOWN(Status.Code.INVALID_ARGUMENT),
  MODEL_UNKNOWN(Status.Code.NOT_FOUND),
  HOST_UNKNOWN(Status.Code.NOT_FOUND),
  KEY_UNKNOWN(Status.Code.NOT_FOUND),
  EPOCH_UNKNOWN(Status.Code.NOT_FOUND),
  EPOCH_STALE(Status.Code.ABORTED),
  NO_VERIFIED_HOST(Status.Code.FAILED_PRECONDITION),
  HOST_NOT_QUARANTINED(Status.Code.FAILED_PRECONDITION),
  HOST_DRAINING(Status.Code.FAILED_PRECONDITION),
  HOST_NOT_DRAINING(Status.Code.FAILED_PRECONDITION),
  LAST_HOST(Status.Code.FAILED_PRECONDITION),
  KEY_NOT_REVOCABLE(Status.Code.FAILED_PRECONDITION),
  KEYS_FULL(Status.Code.RESOURCE_EXHAUSTED),
  AUDIT_UNAVAILABLE(Status.Code.UNAVAILABLE),
  STATE_UNAVAILABLE(Status.Code.UNAVAILABLE),
  INTERNAL(Status.Code.INTERNAL);

  private final Status.Code code;

  AdminRefusal(Status.Code code) {
    this.code = code;
  }

  Status.Code code() {
    return code;
  }

  /** The stable word in ErrorInfo. */
  String reason() {
    return name().toLowerCase(Locale.ROOT);
  }
}
