package io.weighbridge.gateway.control;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** A refused admin call: an answer and not a fault, so it carries no stack. Immutable. */
final class AdminException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** ErrorInfo's domain everywhere in this product. */
  static final String DOMAIN = "weighbridge";

  private final AdminRefusal refusal;

  /**
   * Refuses.
   *
   * @param what found and allowed values, and what to do
   */
  AdminException(AdminRefusal refusal, String what) {
    super(refusal.reason() + ": " + what, null, false, false);
    this.refusal = refusal;
  }

  AdminRefusal refusal() {
    return refusal;
  }

  /** The status with its ErrorInfo. */
  StatusRuntimeException toStatus() {
    ErrorInfo info = ErrorInfo.newBuilder().setReason(refusal.reason()).setDomain(DOMAIN).build();
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(refusal.code().value())
            .setMessage(String.valueOf(getMessage()))
            .addDetails(Any.pack(info))
            .build());
  }
}
