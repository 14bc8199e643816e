package io.weighbridge.gateway.pipeline;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelConfig;
import inference.ModelConfigRequest;
import inference.ModelConfigResponse;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weighbridge.integrity.TestCa;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A stock gRPC server that echoes its inputs and says whatever digest it is told to say.
 * Thread-safe.
 */
final class FakeHost implements AutoCloseable {
  static final String BOOT_ID = "00112233445566778899aabbccddeeff";

  final List<ModelInferRequest> requests = new CopyOnWriteArrayList<>();
  final List<Metadata> metadata = new CopyOnWriteArrayList<>();
  final AtomicInteger cancelled = new AtomicInteger();
  volatile @Nullable String digest;
  volatile String bootId = BOOT_ID;
  volatile @Nullable Status failure;
  volatile boolean silent;

  /** What it says besides what it was told, in each answer of a single message. */
  volatile ByteString more = ByteString.EMPTY;

  private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

  /** When the last request came. */
  volatile long askedNs;

  private final Server server;

  FakeHost(@Nullable String digest) throws IOException {
    this(digest, null);
  }

  FakeHost(@Nullable String digest, TestCa.@Nullable Issued identity) throws IOException {
    this(digest, identity, Integer.MAX_VALUE);
  }

  /** Takes so many calls at a time on a connection. */
  FakeHost(@Nullable String digest, TestCa.@Nullable Issued identity, int callsMax)
      throws IOException {
    this.digest = digest;
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                identity == null
                    ? InsecureServerCredentials.create()
                    : TlsServerCredentials.create(
                        identity.certificate().toFile(), identity.key().toFile()))
            .maxInboundMessageSize(64 << 20)
            .maxConcurrentCallsPerConnection(callsMax)
            .addService(new Echo())
            .intercept(new Claims())
            .build()
            .start();
  }

  /** Answers the first call that came while it was silent and is not answered. */
  void answerNext() {
    held.remove().run();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Claims implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      metadata.add(headers);
      return next.startCall(
          new SimpleForwardingServerCall<Q, R>(call) {
            @Override
            public void sendHeaders(Metadata out) {
              put(out, "weighbridge-model-digest", digest);
              put(out, "weighbridge-boot-id", bootId);
              put(out, "weighbridge-load-generation", "1");
              put(out, "x-from-host", "yes");
              super.sendHeaders(out);
            }
          },
          headers);
    }
  }

  private static void put(Metadata to, String name, @Nullable String value) {
    if (value != null) {
      to.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    }
  }

  private final class Echo extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
      askedNs = System.nanoTime();
      requests.add(request);
      ServerCallStreamObserver<ModelInferResponse> observer =
          (ServerCallStreamObserver<ModelInferResponse>) answer;
      observer.setOnCancelHandler(cancelled::incrementAndGet);
      if (silent) {
        held.add(() -> answer(request, answer));
        return;
      }
      answer(request, answer);
    }

    private void answer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
      Status failed = failure;
      if (failed != null) {
        answer.onError(failed.asRuntimeException());
        return;
      }
      answer.onNext(
          ModelInferResponse.newBuilder()
              .setModelName(request.getModelName())
              .setModelVersion(request.getModelVersion())
              .setId(request.getId())
              .addAllRawOutputContents(request.getRawInputContentsList())
              .addAllRawOutputContents(more.isEmpty() ? List.of() : List.of(more))
              .build());
      answer.onCompleted();
    }

    @Override
    public void modelConfig(
        ModelConfigRequest request, StreamObserver<ModelConfigResponse> answer) {
      String backend = "of version " + request.getVersion();
      answer.onNext(
          ModelConfigResponse.newBuilder()
              .setConfig(ModelConfig.newBuilder().setName(request.getName()).setBackend(backend))
              .build());
      answer.onCompleted();
    }

    /** Answers each message, or says of one with id "bad" that it failed. */
    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(
        StreamObserver<ModelStreamInferResponse> answer) {
      ServerCallStreamObserver<ModelStreamInferResponse> observer =
          (ServerCallStreamObserver<ModelStreamInferResponse>) answer;
      observer.setOnCancelHandler(cancelled::incrementAndGet);
      return new StreamObserver<>() {
        @Override
        public void onNext(ModelInferRequest request) {
          requests.add(request);
          if (silent) {
            return;
          }
          ModelStreamInferResponse.Builder response = ModelStreamInferResponse.newBuilder();
          if (request.getId().equals("bad")) {
            response.setErrorMessage("no such tensor");
          }
          response
              .getInferResponseBuilder()
              .setModelName(request.getModelName())
              .setModelVersion(request.getModelVersion())
              .setId(request.getId())
              .addAllRawOutputContents(request.getRawInputContentsList());
          answer.onNext(response.build());
        }

        @Override
        public void onError(Throwable cause) {
          // Told by the cancel handler.
        }

        @Override
        public void onCompleted() {
          Status failed = failure;
          if (failed == null) {
            answer.onCompleted();
          } else {
            answer.onError(failed.asRuntimeException());
          }
        }
      };
    }
  }
}
