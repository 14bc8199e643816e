package io.weighbridge.host.serve;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.weighbridge.host.repository.Generation;

/**
 * Tells on each response which process answered and, where a model was chosen, which bytes: in the
 * initial metadata, or in the trailers of a call that has none. Thread-safe.
 */
final class ResponseHeaders implements ServerInterceptor {
  static final Metadata.Key<String> DIGEST = key("weighbridge-model-digest");
  static final Metadata.Key<String> GENERATION = key("weighbridge-load-generation");
  static final Metadata.Key<String> VERSION = key("weighbridge-model-version");
  static final Metadata.Key<String> BOOT_ID = key("weighbridge-boot-id");

  private final String bootId;

  ResponseHeaders(String bootId) {
    this.bootId = bootId;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    CallScope scope = new CallScope();
    Context context = Context.current().withValue(CallScope.KEY, scope);
    return Contexts.interceptCall(context, new Telling<>(call, scope), headers, next);
  }

  private final class Telling<A, B> extends SimpleForwardingServerCall<A, B> {
    private final CallScope scope;
    private boolean headersSent;

    Telling(ServerCall<A, B> call, CallScope scope) {
      super(call);
      this.scope = scope;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      headersSent = true;
      tell(headers);
      super.sendHeaders(headers);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!headersSent) {
        tell(trailers);
      }
      super.close(status, trailers);
    }

    private void tell(Metadata metadata) {
      metadata.put(BOOT_ID, bootId);
      Generation generation = scope.chosen();
      if (generation != null) {
        metadata.put(VERSION, generation.identity().version());
        metadata.put(DIGEST, generation.manifest().rootDigest().toString());
        metadata.put(GENERATION, Long.toString(generation.identity().number()));
      }
    }
  }
}
