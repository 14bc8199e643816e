package io.weighbridge.conformance.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelReadyRequest;
import inference.ModelReadyResponse;
import inference.ModelStreamInferResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A stock gRPC server that answers as the request's parameters ask: {@value #ANSWER_BYTES} bytes,
 * after {@value #DELAY_MS}, or never with {@value #HANG}. Thread-safe.
 */
final class StubHost extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase
    implements AutoCloseable {
  static final String ANSWER_BYTES = "answer_bytes";
  static final String DELAY_MS = "delay_ms";
  static final String HANG = "hang";
  static final String FAIL_PERCENT = "fail_percent";

  /** Parameter of answers: where the host listens that gave it. */
  static final String PORT = "port";

  private static final int MESSAGE_BYTES_MAX = 64 << 20;

  final AtomicInteger received = new AtomicInteger();
  final AtomicInteger cancelled = new AtomicInteger();

  /** What it says when it is asked. */
  volatile boolean ready = true;

  /** How much later than asked it answers calls. */
  private volatile int moreDelayMs;

  /** Of a hundred calls, how many it fails as UNAVAILABLE. */
  private volatile int failPercent;

  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
  private final Server server;

  /** Listens on this port of the loopback, 0 for a free one. */
  StubHost(int port) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .addService(this)
            .build()
            .start();
  }

  /** Serves until it is told to stop: port. Does what lines on its standard input tell it. */
  public static void main(String[] args) throws IOException, InterruptedException {
    StubHost host = new StubHost(Integer.parseInt(args[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(host::drain, "stop"));
    System.out.println("ready " + host.address().getPort());
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(host.told(line));
    }
    host.server.awaitTermination();
  }

  /** A word and a number; answers with the calls received so far. */
  private int told(String line) {
    String[] words = line.split(" ", 2);
    int number = Integer.parseInt(words[1]);
    switch (words[0]) {
      case DELAY_MS -> moreDelayMs = number;
      case FAIL_PERCENT -> failPercent = number;
      default -> throw new IllegalArgumentException(line);
    }
    return received.get();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
  }

  /** The bytes an answer of this length has. */
  static ByteString bytes(String id, int length) {
    byte[] bytes = new byte[length];
    int seed = id.hashCode();
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (seed + 31 * i);
    }
    return ByteString.copyFrom(bytes);
  }

  private static long parameter(ModelInferRequest request, String name) {
    return request
        .getParametersOrDefault(name, InferParameter.getDefaultInstance())
        .getInt64Param();
  }

  private ModelInferResponse answer(ModelInferRequest request) {
    return ModelInferResponse.newBuilder()
        .putParameters(PORT, InferParameter.newBuilder().setInt64Param(server.getPort()).build())
        .setModelName(request.getModelName())
        .setModelVersion(request.getModelVersion())
        .setId(request.getId())
        .addRawOutputContents(bytes(request.getId(), (int) parameter(request, ANSWER_BYTES)))
        .build();
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> to) {
    received.incrementAndGet();
    ServerCallStreamObserver<ModelInferResponse> call =
        (ServerCallStreamObserver<ModelInferResponse>) to;
    call.setOnCancelHandler(cancelled::incrementAndGet);
    if (ThreadLocalRandom.current().nextInt(100) < failPercent) {
      call.onError(Status.UNAVAILABLE.withDescription("as told").asRuntimeException());
      return;
    }
    long delayMs = parameter(request, DELAY_MS) + moreDelayMs;
    if (parameter(request, HANG) != 0) {
      return;
    } else if (delayMs == 0) {
      finish(request, call);
    } else {
      var _ = timers.schedule(() -> finish(request, call), delayMs, TimeUnit.MILLISECONDS);
    }
  }

  private void finish(
      ModelInferRequest request, ServerCallStreamObserver<ModelInferResponse> call) {
    if (!call.isCancelled()) {
      call.onNext(answer(request));
      call.onCompleted();
    }
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> to) {
    to.onNext(ModelReadyResponse.newBuilder().setReady(ready).build());
    to.onCompleted();
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> to) {
    received.incrementAndGet();
    ((ServerCallStreamObserver<ModelStreamInferResponse>) to)
        .setOnCancelHandler(cancelled::incrementAndGet);
    return new StreamObserver<>() {
      @Override
      public void onNext(ModelInferRequest request) {
        to.onNext(ModelStreamInferResponse.newBuilder().setInferResponse(answer(request)).build());
      }

      @Override
      public void onError(Throwable cause) {
        to.onError(Status.CANCELLED.asRuntimeException());
      }

      @Override
      public void onCompleted() {
        to.onCompleted();
      }
    };
  }

  /** Goes as a host should: the calls it has are finished. */
  private void drain() {
    server.shutdown();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    timers.shutdownNow();
    server.shutdownNow();
  }
}
