package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.admission.PressureCause;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.upstream.health.Outcome;
import java.util.concurrent.TimeUnit;

/**
 * What it means when a host ends a call: by a status, by a reset, or by an HTTP status that
 * something before it sent. Stateless. Sources: gRPC "PROTOCOL-HTTP2" (errors) and
 * "http-grpc-status-mapping".
 */
final class HostFault {
  /** Callers give up by their own clocks: maybe before ours says so. */
  private static final long LATE_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private HostFault() {}

  /** What the error code of a reset means; a stream the host never looked at is no fault of it. */
  static Refusal ofReset(long errorCode) {
    if (errorCode == ErrorCode.CANCEL) {
      return Refusal.HOST_CANCELLED;
    }
    if (errorCode == ErrorCode.NO_ROOM) {
      return Refusal.OVERLOADED;
    }
    if (errorCode == ErrorCode.STALLED) {
      return Refusal.DEADLINE_EXCEEDED;
    }
    if (errorCode == ErrorCode.VIOLATED || errorCode == ErrorCode.LIST_TOO_LARGE) {
      return Refusal.HOST_PROTOCOL_ERROR;
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

  /** What a reset that means this says about the host: a long list may echo the request. */
  static Outcome ofReset(long errorCode, Refusal why) {
    return errorCode == ErrorCode.LIST_TOO_LARGE ? Outcome.ERRED : of(why);
  }

  /** What a call is told of a reset. */
  static String detailOfReset(long errorCode) {
    if (errorCode == ErrorCode.NO_ROOM) {
      return PressureCause.QUEUED_BYTES.refused().detail();
    }
    if (errorCode == ErrorCode.STALLED) {
      return "the host stopped taking the request (write-stall-max)";
    }
    if (errorCode == ErrorCode.VIOLATED) {
      return "the host's frames break HTTP/2";
    }
    return errorCode == ErrorCode.LIST_TOO_LARGE
        ? "the host's header list is too large (header-list-bytes-max)"
        : "the host reset the stream, HTTP/2 error " + errorCode;
  }

  /** A Trailers-Only error without a digest says nothing about a model. */
  static boolean isError(HeaderBlock block, boolean endStream) {
    AsciiString status = block.find(GrpcNames.GRPC_STATUS);
    return endStream && status != null && !status.contentEquals("0");
  }

  /** Whether a call that ends now has run out of time. */
  static boolean late(long nowNs, long deadlineNs) {
    return nowNs - deadlineNs >= -LATE_NS;
  }

  /** What a status of the host says about the host. */
  static Outcome ofStatus(int grpcCode) {
    return switch (grpcCode) {
      case 2, 13 -> Outcome.ERRED;
      // Whether it had time enough is another question.
      case 4 -> Outcome.NOTHING;
      case 14 -> Outcome.BROKE;
      default -> Outcome.ANSWERED;
    };
  }

  /** Whether another host may well answer what this one answered with that status. */
  static boolean onlyHere(int grpcCode) {
    return switch (grpcCode) {
      case 1, 2, 4, 8, 13, 14 -> true;
      default -> false;
    };
  }

  /** What an end without a status says about the host. */
  static Outcome of(Refusal why) {
    return switch (why) {
      case HOST_CONNECTION_LOST, HOST_PROTOCOL_ERROR, HOST_INTERNAL, HOST_UNAVAILABLE ->
          Outcome.BROKE;
      case HOST_CANCELLED -> Outcome.ERRED;
      default -> Outcome.NOTHING;
    };
  }

  /** The number of a {@code grpc-status}; negative when it is none. */
  static int code(AsciiString status) {
    int code = 0;
    for (int i = 0; i < status.length(); i++) {
      int digit = status.byteAt(i) - '0';
      if (digit < 0 || digit > 9 || i > 1) {
        return -1;
      }
      code = 10 * code + digit;
    }
    // What is not in the list means UNKNOWN (gRPC, "Status codes and their use").
    return status.isEmpty() ? -1 : Math.min(code, 17) == 17 ? 2 : code;
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
