package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.peek.Peek;
import org.jspecify.annotations.Nullable;

/** The methods served on the predict port; every other path is unimplemented. */
@SuppressWarnings(
    "ImmutableEnumChecker") // The path and its bytes are lent out to be read, never written.
enum RpcMethod {
  MODEL_INFER("inference.GRPCInferenceService/ModelInfer", Peek.Shape.INFER, true, true),
  MODEL_METADATA("inference.GRPCInferenceService/ModelMetadata", Peek.Shape.MODEL, true, true),
  MODEL_READY("inference.GRPCInferenceService/ModelReady", Peek.Shape.MODEL, true, false),
  SERVER_METADATA("inference.GRPCInferenceService/ServerMetadata", null, true, false),
  SERVER_READY("inference.GRPCInferenceService/ServerReady", null, false, false),
  SERVER_LIVE("inference.GRPCInferenceService/ServerLive", null, false, false),
  HEALTH_CHECK("grpc.health.v1.Health/Check", null, false, false);

  private static final RpcMethod[] ALL = values();

  private final AsciiString path;
  private final byte[] nameUtf8;
  private final Peek.@Nullable Shape shape;
  private final boolean authenticated;
  private final boolean forwarded;

  RpcMethod(String name, Peek.@Nullable Shape shape, boolean authenticated, boolean forwarded) {
    path = AsciiString.cached("/" + name);
    nameUtf8 = name.getBytes(US_ASCII);
    this.shape = shape;
    this.authenticated = authenticated;
    this.forwarded = forwarded;
  }

  /** The method of this exact path, or null. */
  static @Nullable RpcMethod of(AsciiString path) {
    for (RpcMethod method : ALL) {
      if (method.path.equals(path)) {
        return method;
      }
    }
    return null;
  }

  /** The value of {@code :path}. */
  AsciiString path() {
    return path;
  }

  /** Service and method, for the record. Borrowed. */
  byte[] nameUtf8() {
    return nameUtf8;
  }

  /** How the request's routing fields are read; null when it has none. */
  Peek.@Nullable Shape shape() {
    return shape;
  }

  /** Whether a credential is needed: all but probes. */
  boolean authenticated() {
    return authenticated;
  }

  /** Whether a host answers; the others the gateway answers itself. */
  boolean forwarded() {
    return forwarded;
  }
}
