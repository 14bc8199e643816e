package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.peek.Peek;
import io.weighbridge.gateway.route.ServiceRule;
import io.weighbridge.gateway.route.ServiceTable;
import org.jspecify.annotations.Nullable;

/**
 * A method served on the predict port: one of those known here, or one that a rule of the
 * configuration routes; every other path is unimplemented. Immutable.
 */
final class RpcMethod {
  /** Who answers, and with how many messages. */
  enum Answer {
    SERVER_LIVE,
    SERVER_READY,
    SERVER_METADATA,
    HEALTH_CHECK,
    HEALTH_WATCH,
    REFLECTION,
    MODEL_READY,
    MODEL_STATISTICS,
    REPOSITORY_INDEX,
    /** A host, with one message for one. */
    HOST_ONCE,
    /** A host, for as many messages as either side has. */
    HOST_STREAM,
    /** A host of a rule; what the messages are is not known. */
    RULE
  }

  static final RpcMethod MODEL_INFER =
      inference("ModelInfer", Peek.Shape.INFER, true, Answer.HOST_ONCE);
  static final RpcMethod MODEL_STREAM_INFER =
      inference("ModelStreamInfer", Peek.Shape.INFER, true, Answer.HOST_STREAM);

  private static final RpcMethod[] ALL = {
    MODEL_INFER,
    MODEL_STREAM_INFER,
    inference("ModelMetadata", Peek.Shape.MODEL, true, Answer.HOST_ONCE),
    inference("ModelConfig", Peek.Shape.MODEL, true, Answer.HOST_ONCE),
    inference("ModelReady", Peek.Shape.MODEL, true, Answer.MODEL_READY),
    inference("ModelStatistics", null, true, Answer.MODEL_STATISTICS),
    inference("RepositoryIndex", null, true, Answer.REPOSITORY_INDEX),
    inference("ServerMetadata", null, true, Answer.SERVER_METADATA),
    inference("ServerReady", null, false, Answer.SERVER_READY),
    inference("ServerLive", null, false, Answer.SERVER_LIVE),
    new RpcMethod("/grpc.health.v1.Health/Check", null, false, Answer.HEALTH_CHECK, null),
    new RpcMethod("/grpc.health.v1.Health/Watch", null, false, Answer.HEALTH_WATCH, null)
  };

  /** Served where the configuration says so. */
  private static final RpcMethod[] REFLECTION = {reflection("v1"), reflection("v1alpha")};

  private final AsciiString path;
  private final byte[] nameUtf8;
  private final Peek.@Nullable Shape shape;
  private final boolean authenticated;
  private final Answer answer;
  private final @Nullable ServiceRule rule;

  private RpcMethod(
      CharSequence path,
      Peek.@Nullable Shape shape,
      boolean authenticated,
      Answer answer,
      @Nullable ServiceRule rule) {
    this.path = AsciiString.of(path);
    nameUtf8 = path.subSequence(1, path.length()).toString().getBytes(US_ASCII);
    this.shape = shape;
    this.authenticated = authenticated;
    this.answer = answer;
    this.rule = rule;
  }

  private static RpcMethod inference(
      String name, Peek.@Nullable Shape shape, boolean authenticated, Answer answer) {
    return new RpcMethod(
        "/inference.GRPCInferenceService/" + name, shape, authenticated, answer, null);
  }

  private static RpcMethod reflection(String version) {
    String path = "/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo";
    return new RpcMethod(path, null, true, Answer.REFLECTION, null);
  }

  /**
   * The method of this exact path, or null.
   *
   * @param reflected whether reflection is served
   */
  static @Nullable RpcMethod of(AsciiString path, ServiceTable services, boolean reflected) {
    RpcMethod known = find(path, ALL);
    if (known == null && reflected) {
      known = find(path, REFLECTION);
    }
    if (known != null) {
      return known;
    }
    ServiceRule rule = services.find(path);
    return rule == null ? null : new RpcMethod(path, null, rule.authenticated(), Answer.RULE, rule);
  }

  private static @Nullable RpcMethod find(AsciiString path, RpcMethod[] among) {
    for (RpcMethod method : among) {
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

  /** How a request's routing fields are read; null when it has none. */
  Peek.@Nullable Shape shape() {
    return shape;
  }

  /** Whether a credential is needed: all but probes, and rules that say so. */
  boolean authenticated() {
    return authenticated;
  }

  /** Who answers. */
  Answer answer() {
    return answer;
  }

  /** The rule that routes it; null for the methods known here. */
  @Nullable ServiceRule rule() {
    return rule;
  }

  /** Whether either side may send any number of messages. */
  boolean streamed() {
    return switch (answer) {
      case HOST_STREAM, RULE, HEALTH_WATCH, REFLECTION -> true;
      default -> false;
    };
  }

  /** Whether the gateway answers it itself. */
  boolean local() {
    return switch (answer) {
      case HOST_ONCE, HOST_STREAM, RULE -> false;
      default -> true;
    };
  }

  /** Whether it asks for predictions: hosts count those as well. */
  boolean predicts() {
    return shape == Peek.Shape.INFER;
  }
}
