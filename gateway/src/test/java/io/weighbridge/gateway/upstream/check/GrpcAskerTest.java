package io.weighbridge.gateway.upstream.check;

import static org.assertj.core.api.Assertions.assertThat;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelReadyRequest;
import inference.ModelReadyResponse;
import inference.ServerReadyRequest;
import inference.ServerReadyResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.health.v1.HealthCheckRequest;
import io.weighbridge.health.v1.HealthCheckResponse;
import io.weighbridge.health.v1.HealthGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stock gRPC servers answer, and what is made of it. */
class GrpcAskerTest {
  private final GrpcAsker asker = new GrpcAsker(TimeUnit.MILLISECONDS.toNanos(300));
  private final GrpcAsker patient = new GrpcAsker(TimeUnit.SECONDS.toNanos(20));
  private Server server;

  /** Knows model m with version 1; what others make it do stands in the name. */
  private static final class Models extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> to) {
      switch (request.getName()) {
        case "hangs" -> {
          // No answer.
        }
        case "m" -> {
          boolean ready = request.getVersion().equals("1");
          to.onNext(ModelReadyResponse.newBuilder().setReady(ready).build());
          to.onCompleted();
        }
        default ->
            to.onError(Status.fromCode(Status.Code.valueOf(request.getName())).asException());
      }
    }

    @Override
    public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> to) {
      to.onNext(ServerReadyResponse.newBuilder().setReady(true).build());
      to.onCompleted();
    }
  }

  private static final class NotServing extends HealthGrpc.HealthImplBase {
    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> to) {
      to.onNext(
          HealthCheckResponse.newBuilder()
              .setStatus(HealthCheckResponse.ServingStatus.NOT_SERVING)
              .build());
      to.onCompleted();
    }
  }

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Models())
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    asker.close();
    patient.close();
    server.shutdownNow();
  }

  private static Host host(int port) {
    return new Host(0, "h", new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private static CheckAnswer answer(GrpcAsker from, Question question) {
    CompletableFuture<CheckAnswer> answer = new CompletableFuture<>();
    from.ask(question, answer::complete);
    return answer.orTimeout(30, TimeUnit.SECONDS).join();
  }

  private CheckAnswer modelReady(String model, String version) {
    return answer(
        patient,
        new Question(
            host(server.getPort()), CheckMethod.MODEL_READY, new Slots.Name(model, version)));
  }

  @Test
  void understandsWhatServersAnswer() {
    assertThat(modelReady("m", "1")).isEqualTo(CheckAnswer.READY);
    assertThat(modelReady("m", "2")).isEqualTo(CheckAnswer.NOT_READY);
    assertThat(modelReady("NOT_FOUND", "1")).isEqualTo(CheckAnswer.NOT_READY);
    assertThat(modelReady("UNAVAILABLE", "1")).isEqualTo(CheckAnswer.FAILED);
    assertThat(modelReady("INTERNAL", "1")).isEqualTo(CheckAnswer.FAILED);
    assertThat(modelReady("UNIMPLEMENTED", "1")).isEqualTo(CheckAnswer.UNIMPLEMENTED);
    assertThat(modelReady("PERMISSION_DENIED", "1")).isEqualTo(CheckAnswer.UNIMPLEMENTED);
  }

  @Test
  void asksForTheWholeHost() throws IOException {
    Host host = host(server.getPort());
    Question ready = new Question(host, CheckMethod.SERVER_READY, null);
    Question serving = new Question(host, CheckMethod.GRPC_HEALTH, null);
    assertThat(answer(patient, ready)).isEqualTo(CheckAnswer.READY);
    assertThat(answer(patient, serving)).isEqualTo(CheckAnswer.UNIMPLEMENTED);
    server.shutdownNow();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new NotServing())
            .build()
            .start();
    Question other = new Question(host(server.getPort()), CheckMethod.GRPC_HEALTH, null);
    assertThat(answer(patient, other)).isEqualTo(CheckAnswer.NOT_READY);
  }

  @Test
  void oneThatHangsHasFailed() {
    Host host = host(server.getPort());
    // The connection is made without hurry.
    Question hello = new Question(host, CheckMethod.SERVER_READY, null);
    while (answer(asker, hello) != CheckAnswer.READY) {
      asker.renew(hello);
    }
    Question hangs = new Question(host, CheckMethod.MODEL_READY, new Slots.Name("hangs", "1"));
    assertThat(answer(asker, hangs)).isEqualTo(CheckAnswer.FAILED);
  }

  @Test
  void withoutAConnectionNothingIsSaid() throws IOException {
    Question question = new Question(host(server.getPort()), CheckMethod.SERVER_READY, null);
    server.shutdownNow();
    assertThat(answer(patient, question)).isEqualTo(CheckAnswer.UNREACHABLE);
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Question toSilence =
          new Question(host(silent.getLocalPort()), CheckMethod.SERVER_READY, null);
      assertThat(answer(asker, toSilence)).isEqualTo(CheckAnswer.UNREACHABLE);
    }
  }
}
