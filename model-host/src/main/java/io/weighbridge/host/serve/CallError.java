package io.weighbridge.host.serve;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** Every reason for which this host itself ends a call: the list docs/model-host.md explains. */
public enum CallError {
  REQUEST_MALFORMED(Code.INVALID_ARGUMENT, "request_malformed"),
  INPUT_INVALID(Code.INVALID_ARGUMENT, "input_invalid"),
  MODEL_UNKNOWN(Code.NOT_FOUND, "model_unknown"),
  VERSION_UNKNOWN(Code.NOT_FOUND, "version_unknown"),
  OVERLOADED(Code.UNAVAILABLE, "overloaded"),
  DRAINING(Code.UNAVAILABLE, "draining"),
  GENERATION_UNLOADED(Code.UNAVAILABLE, "generation_unloaded"),
  RATE_LIMITED(Code.RESOURCE_EXHAUSTED, "rate_limited"),
  MEMORY_SHORT(Code.RESOURCE_EXHAUSTED, "memory_short"),
  TIMED_OUT(Code.DEADLINE_EXCEEDED, "timed_out"),
  ENGINE_FAILED(Code.INTERNAL, "engine_failed"),
  INTERNAL(Code.INTERNAL, "internal");

  private static final String DOMAIN = "weighbridge-host";
  private static final int MESSAGE_CHARS_MAX = 400;
  private static final String PUSHBACK_MS = "100";
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private final Code code;
  private final String reason;

  CallError(Code code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  /** The stable snake_case word at the front of the message. */
  public String reason() {
    return reason;
  }

  /** The text for a caller, cut to a length every client shows. */
  String text(String detail) {
    String text = reason + ": " + detail;
    return text.length() <= MESSAGE_CHARS_MAX ? text : text.substring(0, MESSAGE_CHARS_MAX);
  }

  /** The error as a client gets it, with its typed details. */
  StatusRuntimeException because(String detail) {
    com.google.rpc.Status status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(text(detail))
            .addDetails(
                Any.pack(ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN).build()))
            .build();
    Metadata trailers = new Metadata();
    if (this == OVERLOADED || this == RATE_LIMITED || this == MEMORY_SHORT) {
      trailers.put(PUSHBACK, PUSHBACK_MS);
    }
    return StatusProto.toStatusRuntimeException(status, trailers);
  }
}
