package io.weighbridge.gateway.grpc;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.http2.FieldName;

/** Header names and values of gRPC over HTTP/2, and our own, as the wire spells them. */
public final class GrpcNames {
  public static final AsciiString STATUS = FieldName.of(":status");
  public static final AsciiString STATUS_OK = AsciiString.cached("200");
  public static final AsciiString METHOD = FieldName.of(":method");
  public static final AsciiString POST = AsciiString.cached("POST");
  public static final AsciiString SCHEME = FieldName.of(":scheme");
  public static final AsciiString HTTP = AsciiString.cached("http");
  public static final AsciiString PATH = FieldName.of(":path");
  public static final AsciiString AUTHORITY = FieldName.of(":authority");
  public static final AsciiString CONTENT_TYPE = FieldName.of("content-type");
  public static final AsciiString APPLICATION_GRPC = AsciiString.cached("application/grpc");
  public static final AsciiString TE = FieldName.of("te");
  public static final AsciiString TRAILERS = AsciiString.cached("trailers");
  public static final AsciiString USER_AGENT = FieldName.of("user-agent");
  public static final AsciiString CONTENT_LENGTH = FieldName.of("content-length");
  public static final AsciiString AUTHORIZATION = FieldName.of("authorization");
  public static final AsciiString TRACEPARENT = FieldName.of("traceparent");
  public static final AsciiString TRACESTATE = FieldName.of("tracestate");
  public static final AsciiString ALLOW = FieldName.of("allow");

  public static final AsciiString GRPC_STATUS = FieldName.of("grpc-status");
  public static final AsciiString GRPC_MESSAGE = FieldName.of("grpc-message");
  public static final AsciiString GRPC_DETAILS = FieldName.of("grpc-status-details-bin");
  public static final AsciiString GRPC_TIMEOUT = FieldName.of("grpc-timeout");
  public static final AsciiString GRPC_ENCODING = FieldName.of("grpc-encoding");
  public static final AsciiString GRPC_ACCEPT_ENCODING = FieldName.of("grpc-accept-encoding");
  public static final AsciiString GRPC_PUSHBACK = FieldName.of("grpc-retry-pushback-ms");
  public static final AsciiString IDENTITY = AsciiString.cached("identity");

  /** What a caller may compress its messages with. */
  public static final AsciiString ACCEPTED = AsciiString.cached("identity,deflate,gzip");

  public static final AsciiString MODEL_VERSION = FieldName.of("weighbridge-model-version");
  public static final AsciiString MODEL_DIGEST = FieldName.of("weighbridge-model-digest");
  public static final AsciiString LOAD_GENERATION = FieldName.of("weighbridge-load-generation");
  public static final AsciiString BOOT_ID = FieldName.of("weighbridge-boot-id");
  public static final AsciiString RECORD_ID = FieldName.of("weighbridge-record-id");
  public static final AsciiString GATEWAY_ID = FieldName.of("weighbridge-gateway-id");
  public static final AsciiString BOOT_EPOCH = FieldName.of("weighbridge-boot-epoch");
  public static final AsciiString IDEMPOTENCY_KEY = FieldName.of("weighbridge-idempotency-key");

  /** Names of this prefix are the protocol's: they are never forwarded as they came. */
  public static final String GRPC_PREFIX = "grpc-";

  /** Names of this prefix are ours: what a caller claims under them is never forwarded. */
  public static final String OUR_PREFIX = "weighbridge-";

  private GrpcNames() {}
}
