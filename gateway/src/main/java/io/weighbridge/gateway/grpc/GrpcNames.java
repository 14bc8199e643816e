package io.weighbridge.gateway.grpc;

import io.netty.util.AsciiString;

/** Header names and values of gRPC over HTTP/2, and our own, as the wire spells them. */
public final class GrpcNames {
  public static final AsciiString STATUS = AsciiString.cached(":status");
  public static final AsciiString STATUS_OK = AsciiString.cached("200");
  public static final AsciiString METHOD = AsciiString.cached(":method");
  public static final AsciiString POST = AsciiString.cached("POST");
  public static final AsciiString SCHEME = AsciiString.cached(":scheme");
  public static final AsciiString HTTP = AsciiString.cached("http");
  public static final AsciiString PATH = AsciiString.cached(":path");
  public static final AsciiString AUTHORITY = AsciiString.cached(":authority");
  public static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  public static final AsciiString APPLICATION_GRPC = AsciiString.cached("application/grpc");
  public static final AsciiString TE = AsciiString.cached("te");
  public static final AsciiString TRAILERS = AsciiString.cached("trailers");
  public static final AsciiString USER_AGENT = AsciiString.cached("user-agent");
  public static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  public static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
  public static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
  public static final AsciiString TRACESTATE = AsciiString.cached("tracestate");
  public static final AsciiString ALLOW = AsciiString.cached("allow");

  public static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  public static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
  public static final AsciiString GRPC_DETAILS = AsciiString.cached("grpc-status-details-bin");
  public static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");
  public static final AsciiString GRPC_ENCODING = AsciiString.cached("grpc-encoding");
  public static final AsciiString GRPC_ACCEPT_ENCODING = AsciiString.cached("grpc-accept-encoding");
  public static final AsciiString GRPC_PUSHBACK = AsciiString.cached("grpc-retry-pushback-ms");
  public static final AsciiString IDENTITY = AsciiString.cached("identity");

  /** What a caller may compress its messages with. */
  public static final AsciiString ACCEPTED = AsciiString.cached("identity,deflate,gzip");

  public static final AsciiString MODEL_VERSION = AsciiString.cached("weighbridge-model-version");
  public static final AsciiString MODEL_DIGEST = AsciiString.cached("weighbridge-model-digest");
  public static final AsciiString LOAD_GENERATION =
      AsciiString.cached("weighbridge-load-generation");
  public static final AsciiString BOOT_ID = AsciiString.cached("weighbridge-boot-id");
  public static final AsciiString RECORD_ID = AsciiString.cached("weighbridge-record-id");
  public static final AsciiString GATEWAY_ID = AsciiString.cached("weighbridge-gateway-id");
  public static final AsciiString BOOT_EPOCH = AsciiString.cached("weighbridge-boot-epoch");
  public static final AsciiString IDEMPOTENCY_KEY =
      AsciiString.cached("weighbridge-idempotency-key");

  /** Names of this prefix are the protocol's: they are never forwarded as they came. */
  public static final String GRPC_PREFIX = "grpc-";

  /** Names of this prefix are ours: what a caller claims under them is never forwarded. */
  public static final String OUR_PREFIX = "weighbridge-";

  private GrpcNames() {}
}
