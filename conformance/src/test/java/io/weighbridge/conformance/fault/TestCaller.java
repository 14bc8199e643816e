package io.weighbridge.conformance.fault;

import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.conformance.process.CallerKey;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A caller with a channel of its own, on grpc-java as it comes. Thread-safe. */
final class TestCaller implements AutoCloseable {
  private static final Metadata.Key<String> RECORD_ID =
      Metadata.Key.of("weighbridge-record-id", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TIMEOUT =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final int MESSAGE_BYTES_MAX = 64 << 20;

  private final ManagedChannel channel;
  private final CallerKey key;

  /**
   * What came of a call, and what it took.
   *
   * @param from this end of the connection it went over last, or null when it never had one
   */
  record Outcome(
      Status status,
      @Nullable ModelInferResponse answer,
      @Nullable String recordId,
      long tookMs,
      @Nullable SocketAddress from) {
    String description() {
      return String.valueOf(status.getDescription());
    }
  }

  TestCaller(InetSocketAddress gateway, CallerKey key) {
    this(NettyChannelBuilder.forAddress(gateway), key);
  }

  TestCaller(NettyChannelBuilder to, CallerKey key) {
    this.key = key;
    channel = to.usePlaintext().maxInboundMessageSize(MESSAGE_BYTES_MAX).build();
  }

  /** A request; the host's {@link StubHost} does as the parameters say. */
  static ModelInferRequest request(String model, String id, Object... parameters) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder().setModelName(model).setId(id);
    for (int i = 0; i < parameters.length; i += 2) {
      long value = ((Number) parameters[i + 1]).longValue();
      request.putParameters(
          (String) parameters[i], InferParameter.newBuilder().setInt64Param(value).build());
    }
    return request.build();
  }

  private Metadata metadata(int timeoutMs) {
    Metadata metadata = new Metadata();
    metadata.put(AUTHORIZATION, key.authorization());
    if (timeoutMs > 0) {
      metadata.put(TIMEOUT, timeoutMs + "m");
    }
    return metadata;
  }

  Outcome call(ModelInferRequest request) {
    return call(request, 0);
  }

  /**
   * Calls and waits for the end.
   *
   * @param timeoutMs what the gateway is told of a deadline; this end waits for as long as it takes
   */
  Outcome call(ModelInferRequest request, int timeoutMs) {
    AtomicReference<Metadata> trailers = new AtomicReference<>(new Metadata());
    AtomicReference<@Nullable SocketAddress> from = new AtomicReference<>();
    GRPCInferenceServiceBlockingStub stub =
        GRPCInferenceServiceGrpc.newBlockingStub(channel)
            .withInterceptors(
                new NotesOrigin(from),
                MetadataUtils.newAttachHeadersInterceptor(metadata(timeoutMs)),
                MetadataUtils.newCaptureMetadataInterceptor(new AtomicReference<>(), trailers));
    long startNs = System.nanoTime();
    ModelInferResponse answer = null;
    Status status = Status.OK;
    try {
      answer = stub.modelInfer(request);
    } catch (StatusRuntimeException e) {
      status = e.getStatus();
    }
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    Metadata last = trailers.get();
    String recordId = last == null ? null : last.get(RECORD_ID);
    return new Outcome(status, answer, recordId, tookMs, from.get());
  }

  /** For calls that go on while the test does something else. */
  GRPCInferenceServiceStub stub() {
    return GRPCInferenceServiceGrpc.newStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata(0)));
  }

  /**
   * The same.
   *
   * @param from is told this end of the connection before the call's end is
   */
  GRPCInferenceServiceStub stub(AtomicReference<@Nullable SocketAddress> from) {
    return stub().withInterceptors(new NotesOrigin(from));
  }

  /** Notes which connection a call went over, once it has ended. */
  private record NotesOrigin(AtomicReference<@Nullable SocketAddress> from)
      implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          super.start(
              new SimpleForwardingClientCallListener<>(listener) {
                @Override
                public void onClose(Status status, Metadata trailers) {
                  from.set(getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR));
                  super.onClose(status, trailers);
                }
              },
              headers);
        }
      };
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
