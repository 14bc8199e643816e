package io.weighbridge.gateway.pipeline;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Help;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.PercentEncoding;
import io.weighbridge.gateway.http2.HeaderBlock;
import java.util.Base64;

/**
 * Writes the status of a refused call: trailers, or a Trailers-Only response. Stateless.
 *
 * <p>Most clients show the message and lose the details, so the message begins with the reason and
 * says what to do; the details hold the same for programs (google.rpc.ErrorInfo and others,
 * AIP-193).
 */
final class StatusBlock {
  /** The domain of our reasons in google.rpc.ErrorInfo. */
  static final String DOMAIN = "weighbridge";

  /** Bytes of a status message, percent-encoded. */
  static final int MESSAGE_BYTES_MAX = 200;

  private static final int MS_PER_SECOND = 1_000;
  private static final int NANOS_PER_MS = 1_000_000;
  private static final AsciiString NO_RETRY = AsciiString.cached("-1");
  private static final AsciiString[] CODES = new AsciiString[17];

  static {
    for (int code = 0; code < CODES.length; code++) {
      CODES[code] = AsciiString.cached(String.valueOf(code));
    }
  }

  private StatusBlock() {}

  /** The header value of a gRPC status code. */
  static AsciiString code(int grpcCode) {
    return CODES[grpcCode];
  }

  /**
   * The response head of a call that ends without a message: the trailers follow in the same block.
   */
  static HeaderBlock trailersOnly() {
    return new HeaderBlock()
        .add(GrpcNames.STATUS, GrpcNames.STATUS_OK)
        .add(GrpcNames.CONTENT_TYPE, GrpcNames.APPLICATION_GRPC);
  }

  /**
   * Adds the status of a refusal.
   *
   * @param recordId text of the record's id; empty when the refusal has none of its own
   * @param pushbackMs what a caller that may retry is asked to wait
   */
  static HeaderBlock refusal(HeaderBlock block, CallEnd end, String recordId, long pushbackMs) {
    Refusal refusal = end.ours();
    String message = message(refusal, end.detail(), recordId);
    block
        .add(GrpcNames.GRPC_STATUS, code(refusal.grpcCode()))
        .add(GrpcNames.GRPC_MESSAGE, PercentEncoding.encode(message, MESSAGE_BYTES_MAX))
        .add(GrpcNames.GRPC_DETAILS, details(refusal, message, recordId, pushbackMs))
        .add(
            GrpcNames.GRPC_PUSHBACK,
            refusal.retryable() ? AsciiString.of(Long.toString(pushbackMs)) : NO_RETRY);
    if (refusal == Refusal.COMPRESSION_UNSUPPORTED) {
      block.add(GrpcNames.GRPC_ACCEPT_ENCODING, GrpcNames.ACCEPTED);
    }
    return block;
  }

  /** Reason, what is special about it, what to do, and where the record is. */
  static String message(Refusal refusal, String detail, String recordId) {
    StringBuilder text = new StringBuilder(MESSAGE_BYTES_MAX).append(refusal.reason()).append(": ");
    if (!detail.isEmpty()) {
      text.append(detail).append("; ");
    }
    text.append(refusal.advice());
    if (!recordId.isEmpty()) {
      text.append("; record ").append(recordId);
    }
    return text.toString();
  }

  private static AsciiString details(
      Refusal refusal, String message, String recordId, long pushbackMs) {
    Status.Builder status =
        Status.newBuilder()
            .setCode(refusal.grpcCode())
            .setMessage(message)
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder().setReason(refusal.reason()).setDomain(DOMAIN).build()))
            .addDetails(
                Any.pack(
                    Help.newBuilder()
                        .addLinks(
                            Help.Link.newBuilder()
                                .setDescription(refusal.advice())
                                .setUrl("docs/errors.md#" + refusal.reason()))
                        .build()));
    if (refusal.retryable()) {
      status.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(
                      Duration.newBuilder()
                          .setSeconds(pushbackMs / MS_PER_SECOND)
                          .setNanos((int) (pushbackMs % MS_PER_SECOND) * NANOS_PER_MS))
                  .build()));
    }
    if (!recordId.isEmpty()) {
      status.addDetails(Any.pack(RequestInfo.newBuilder().setRequestId(recordId).build()));
    }
    return new AsciiString(
        Base64.getEncoder().withoutPadding().encode(status.build().toByteArray()), false);
  }
}
