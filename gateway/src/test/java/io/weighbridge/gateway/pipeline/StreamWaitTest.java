package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Calls to a host that takes one at a time on a connection, and gets no more than four of those.
 */
class StreamWaitTest {
  private static final int CONNECTIONS_MAX = 4;

  private PathHarness gateway;
  private FakeHost host;
  private GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub;
  private final List<Future<?>> calls = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    gateway = new PathHarness(PathHarness.limits());
    host = new FakeHost(PathHarness.DIGEST, null, 1);
    host.silent = true;
    gateway.serve(PathHarness.DIGEST, host);
    stub = gateway.stub();
  }

  @AfterEach
  void stop() {
    gateway.close();
    host.close();
  }

  private void call() {
    calls.add(
        ClientCalls.futureUnaryCall(
            stub.getChannel()
                .newCall(GRPCInferenceServiceGrpc.getModelInferMethod(), stub.getCallOptions()),
            ModelInferRequest.newBuilder().setModelName("m").build()));
  }

  private void atTheHost(int count) {
    await().untilAsserted(() -> assertThat(host.requests).hasSize(count));
  }

  /** Calls that the host has, or that wait for it. */
  private long given() throws Exception {
    return gateway.loop().submit(() -> gateway.health.loop(0).inFlight(0)).get();
  }

  @Test
  void aStreamThatIsOverIsGivenToTheCallThatWaits() throws Exception {
    for (int i = 1; i <= CONNECTIONS_MAX; i++) {
      call();
      atTheHost(i);
    }
    call();
    await().until(() -> given() == CONNECTIONS_MAX + 1);
    host.answerNext();
    calls.getFirst().get();
    atTheHost(CONNECTIONS_MAX + 1);
  }
}
