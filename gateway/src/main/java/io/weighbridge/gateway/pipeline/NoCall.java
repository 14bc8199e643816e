package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.HeaderFault;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.HeaderBlock;

/** What is said to a stream whose headers begin no gRPC call. Stateless. */
final class NoCall {
  private static final HeaderBlock NOT_POST =
      HeaderBlock.of(GrpcNames.STATUS, AsciiString.cached("405"), GrpcNames.ALLOW, GrpcNames.POST);
  private static final HeaderBlock NOT_GRPC =
      HeaderBlock.of(GrpcNames.STATUS, AsciiString.cached("415"));

  private NoCall() {}

  /**
   * Ends a stream whose headers no gRPC client sends: as HTTP where HTTP has a word for it, else
   * the stream just ends. Nobody knows who called, so it is counted with others of its second.
   */
  static void refuse(
      HeaderFault fault, CallerConnection caller, int streamId, boolean callerEnded) {
    Refusal why = Refusal.REQUEST_MALFORMED;
    caller.loop().services().events().refusedUnidentified("headers_malformed", why.grpcCode());
    caller.loop().metrics().refused(why);
    HeaderBlock answer =
        switch (fault) {
          case METHOD -> NOT_POST;
          case CONTENT_TYPE -> NOT_GRPC;
          default -> null;
        };
    if (answer == null) {
      caller.http2().reset(streamId, ErrorCode.PROTOCOL_ERROR);
      return;
    }
    caller.http2().sendHeaders(streamId, answer, true);
    if (!callerEnded) {
      caller.http2().reset(streamId, ErrorCode.NO_ERROR);
    }
  }
}
