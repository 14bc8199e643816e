package io.weighbridge.gateway.upstream.check;

import static java.util.Objects.requireNonNull;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelReadyRequest;
import inference.ModelReadyResponse;
import inference.ServerReadyRequest;
import inference.ServerReadyResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.weighbridge.gateway.call.HostChannel;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.health.v1.HealthCheckRequest;
import io.weighbridge.health.v1.HealthCheckResponse;
import io.weighbridge.health.v1.HealthGrpc;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Asks by one unary call on a connection to each host that is kept for this. Confined to the thread
 * that asks; answers come on gRPC's own.
 */
final class GrpcAsker implements Asker {
  /** Yes or no, and whatever else a host wants to say. */
  private static final int ANSWER_BYTES_MAX = 4 * 1024;

  private final long answerNsMax;
  private final Map<Host, ManagedChannel> channels = new HashMap<>();

  GrpcAsker(long answerNsMax) {
    this.answerNsMax = answerNsMax;
  }

  @Override
  public void ask(Question question, Consumer<CheckAnswer> to) {
    switch (question.method()) {
      case MODEL_READY -> {
        Slots.Name version = requireNonNull(question.version());
        ModelReadyRequest request =
            ModelReadyRequest.newBuilder()
                .setName(version.model())
                .setVersion(version.version())
                .build();
        ask(question.host(), GRPCInferenceServiceGrpc.getModelReadyMethod(), request)
            .answered(ModelReadyResponse::getReady, to);
      }
      case SERVER_READY ->
          ask(
                  question.host(),
                  GRPCInferenceServiceGrpc.getServerReadyMethod(),
                  ServerReadyRequest.getDefaultInstance())
              .answered(ServerReadyResponse::getReady, to);
      case GRPC_HEALTH ->
          ask(question.host(), HealthGrpc.getCheckMethod(), HealthCheckRequest.getDefaultInstance())
              .answered(
                  answer -> answer.getStatus() == HealthCheckResponse.ServingStatus.SERVING, to);
      case NONE -> throw new IllegalArgumentException("nobody asks " + question.host());
    }
  }

  private <Q, A> Asked<Q, A> ask(Host host, MethodDescriptor<Q, A> method, Q request) {
    ManagedChannel channel =
        channels.computeIfAbsent(
            host, _ -> HostChannel.builder(host, ANSWER_BYTES_MAX).directExecutor().build());
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(answerNsMax, TimeUnit.NANOSECONDS);
    return new Asked<>(channel.newCall(method, options), request);
  }

  /** A question on its way. */
  private record Asked<Q, A>(ClientCall<Q, A> call, Q request) {
    void answered(Predicate<A> ready, Consumer<CheckAnswer> to) {
      ClientCalls.asyncUnaryCall(
          call,
          request,
          new StreamObserver<A>() {
            private boolean said;

            @Override
            public void onNext(A answer) {
              said = ready.test(answer);
            }

            @Override
            public void onError(Throwable cause) {
              boolean connected = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) != null;
              to.accept(CheckAnswer.of(Status.fromThrowable(cause).getCode(), connected));
            }

            @Override
            public void onCompleted() {
              to.accept(said ? CheckAnswer.READY : CheckAnswer.NOT_READY);
            }
          });
    }
  }

  @Override
  public void renew(Question question) {
    ManagedChannel known = channels.remove(question.host());
    if (known != null) {
      // Those asked already have their time.
      known.shutdown();
    }
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
    channels.clear();
  }
}
