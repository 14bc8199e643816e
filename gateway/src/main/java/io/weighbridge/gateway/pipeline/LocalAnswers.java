package io.weighbridge.gateway.pipeline;

import inference.ModelReadyResponse;
import inference.ServerLiveResponse;
import inference.ServerMetadataResponse;
import inference.ServerReadyResponse;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.HeaderFault;
import io.weighbridge.gateway.grpc.MessageFraming;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.HeaderBlock;
import org.jspecify.annotations.Nullable;

/** What the gateway answers for itself: health, readiness, its name. Stateless. */
final class LocalAnswers {
  private static final String NAME = "weighbridge";
  private static final String VERSION = "0.1.0";

  private static final HeaderBlock HEAD =
      HeaderBlock.of(
          GrpcNames.STATUS,
          GrpcNames.STATUS_OK,
          GrpcNames.CONTENT_TYPE,
          GrpcNames.APPLICATION_GRPC);
  private static final HeaderBlock OK = HeaderBlock.of(GrpcNames.GRPC_STATUS, StatusBlock.code(0));
  private static final HeaderBlock NOT_POST =
      HeaderBlock.of(GrpcNames.STATUS, AsciiString.cached("405"), GrpcNames.ALLOW, GrpcNames.POST);
  private static final HeaderBlock NOT_GRPC =
      HeaderBlock.of(GrpcNames.STATUS, AsciiString.cached("415"));

  /* grpc.health.v1.HealthCheckResponse: field 1, status; 1 is SERVING, 2 is NOT_SERVING. */
  private static final byte[] SERVING = {0x08, 1};
  private static final byte[] NOT_SERVING = {0x08, 2};

  private LocalAnswers() {}

  /**
   * Answers with one message and OK.
   *
   * @param target the version asked about, or null
   */
  static void send(
      RpcMethod method,
      @Nullable Target target,
      boolean ready,
      Tables tables,
      CallerConnection caller,
      int streamId) {
    byte[] bytes =
        switch (method.answer()) {
          case SERVER_LIVE -> ServerLiveResponse.newBuilder().setLive(true).build().toByteArray();
          case SERVER_READY ->
              ServerReadyResponse.newBuilder().setReady(ready).build().toByteArray();
          case SERVER_METADATA ->
              ServerMetadataResponse.newBuilder()
                  .setName(NAME)
                  .setVersion(VERSION)
                  .build()
                  .toByteArray();
          case HEALTH_CHECK -> ready ? SERVING : NOT_SERVING;
          case MODEL_READY ->
              ModelReadyResponse.newBuilder()
                  .setReady(target != null && tables.hosts().eligible(target.slot()).length > 0)
                  .build()
                  .toByteArray();
          case HOST_ONCE, HOST_STREAM, RULE ->
              throw new IllegalArgumentException(method.path() + " is answered by a host");
        };
    ByteBuf frame = caller.allocator().buffer(MessageFraming.PREFIX_BYTES + bytes.length);
    frame.writeByte(0).writeInt(bytes.length).writeBytes(bytes);
    caller.http2().sendHeaders(streamId, HEAD, false);
    caller.http2().sendData(streamId, frame, false, 0);
    caller.http2().sendHeaders(streamId, OK, true);
  }

  /**
   * Ends a stream whose headers no gRPC client sends: as HTTP where HTTP has a word for it, else
   * the stream just ends.
   */
  static void refuseHeaders(
      HeaderFault fault, CallerConnection caller, int streamId, boolean callerEnded) {
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
