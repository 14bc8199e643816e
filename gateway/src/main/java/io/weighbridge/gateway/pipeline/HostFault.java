package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.http2.ErrorCode;

/**
 * What it means when a host ends a call without a gRPC status: by a reset, or by an HTTP status
 * that something before it sent. Stateless. Sources: gRPC "PROTOCOL-HTTP2" (errors) and
 * "http-grpc-status-mapping".
 */
final class HostFault {
  private HostFault() {}

  /** What the error code of a reset means; a stream the host never looked at is no fault of it. */
  static Refusal ofReset(long errorCode) {
    if (errorCode == ErrorCode.CANCEL) {
      return Refusal.HOST_CANCELLED;
    }
    if (errorCode == ErrorCode.ENHANCE_YOUR_CALM) {
      return Refusal.HOST_EXHAUSTED;
    }
    if (errorCode == ErrorCode.INADEQUATE_SECURITY) {
      return Refusal.HOST_DENIED;
    }
    // Those two mean nothing for a call, says the table by leaving them out.
    return errorCode == ErrorCode.STREAM_CLOSED || errorCode == ErrorCode.HTTP_1_1_REQUIRED
        ? Refusal.HOST_PROTOCOL_ERROR
        : Refusal.HOST_INTERNAL;
  }

  /** What an HTTP status other than 200 means where no grpc-status came with it. */
  static Refusal ofHttp(AsciiString status) {
    return switch (status.parseInt()) {
      case 400 -> Refusal.HOST_INTERNAL;
      case 401 -> Refusal.HOST_UNAUTHENTICATED;
      case 403 -> Refusal.HOST_DENIED;
      case 404 -> Refusal.HOST_UNIMPLEMENTED;
      case 429, 502, 503, 504 -> Refusal.HOST_UNAVAILABLE;
      default -> Refusal.HOST_PROTOCOL_ERROR;
    };
  }
}
