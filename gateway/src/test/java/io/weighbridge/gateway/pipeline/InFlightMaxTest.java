package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.StatusRuntimeException;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.upstream.health.HealthLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A model whose calls in flight have a maximum, with grpc-java on both sides. */
class InFlightMaxTest {
  private static final int PLACES = PathHarness.PLACES;

  private PathHarness gateway;
  private FakeHost host;

  @BeforeEach
  void start() throws Exception {
    gateway = new PathHarness(PathHarness.limits());
    host = new FakeHost(PathHarness.DIGEST);
    gateway.serve(PathHarness.DIGEST, host);
    host.silent = true;
  }

  @AfterEach
  void stop() {
    gateway.close();
    host.close();
  }

  private static ModelInferRequest request() {
    return ModelInferRequest.newBuilder().setModelName("m").build();
  }

  /** Calls that are not answered, once the host has all of them. */
  private List<Conversation<ModelInferRequest, ModelInferResponse>> hold(int count) {
    return hold(count, request());
  }

  private List<Conversation<ModelInferRequest, ModelInferResponse>> hold(
      int count, ModelInferRequest request) {
    int before = host.requests.size();
    var channel = gateway.channel();
    List<Conversation<ModelInferRequest, ModelInferResponse>> held = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      var call = Conversation.prediction(channel);
      call.say(request).halfClose();
      held.add(call);
    }
    await().until(() -> host.requests.size() == before + count);
    return held;
  }

  private void assertFull() {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> gateway.stub().modelInfer(request()));
    assertThat(refused.getStatus().getCode().value()).isEqualTo(Refusal.OVERLOADED.grpcCode());
    assertThat(refused.getStatus().getDescription())
        .startsWith("overloaded: " + PLACES + " calls of this model are in flight (in-flight-max)");
  }

  @Test
  void oneCallMoreIsRefusedAndIsNoFailureOfTheVersion() {
    hold(PLACES);
    assertFull();
    assertThat(gateway.lane.records).hasSize(1);
    assertThat(gateway.lane.records.getFirst().reason()).isEqualTo("overloaded");
    assertThat(gateway.metrics.calls(gateway.slots.of("m", "1")).failedCount()).isZero();
    assertThat(gateway.metrics.refusals(Refusal.OVERLOADED)).isEqualTo(1);
  }

  @Test
  void whoeverLeavesMakesRoomHoweverHeLeaves() {
    List<Conversation<ModelInferRequest, ModelInferResponse>> held = hold(PLACES);
    held.get(0).cancel();
    held.get(1).cancel();
    await().until(() -> host.cancelled.get() == 2);
    hold(2);
    assertFull();
    gateway.disconnect();
    await().until(() -> host.cancelled.get() == PLACES + 2);
    hold(PLACES);
    assertFull();
  }

  /** It waits for a place on the host, and meanwhile others, which need none, take the model's. */
  @Test
  void aCallThatWaitedIsToldOfTheMaximumAsWell() throws Exception {
    int onHost = 2;
    gateway.close();
    gateway =
        new PathHarness(
            PathHarness.limits(),
            new PathHarness.Waits(
                new HealthLimits(TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(20), onHost),
                TimeUnit.MILLISECONDS.toNanos(200)));
    gateway.serve(PathHarness.DIGEST, host);
    hold(onHost);
    var waits = Conversation.prediction(gateway.channel());
    waits.say(request()).halfClose();
    await().until(() -> gateway.metrics.waiting(gateway.slots.of("m", "1")) == 1);
    hold(
        PLACES - onHost,
        request().toBuilder()
            .putParameters("sequence_id", InferParameter.newBuilder().setInt64Param(7).build())
            .build());
    assertThat(waits.end().getDescription())
        .startsWith(
            "overloaded: "
                + PLACES
                + " calls of this model are in flight (in-flight-max), for longer than");
  }

  @Test
  void theProcessHasAMaximumToo() throws Exception {
    gateway.close();
    int places = 9;
    gateway =
        new PathHarness(
            PathHarness.limits(),
            new PathHarness.Waits(PathHarness.HEALTH, PathHarness.QUEUE_NS_MAX, places));
    gateway.serve(PathHarness.DIGEST, host);
    for (int round = 0; round < 3; round++) {
      host.cancelled.set(0);
      hold(places);
      assertThatThrownBy(() -> gateway.stub().modelInfer(request()))
          .hasMessageContaining("overloaded: 9 calls are in flight (calls-in-flight-max)");
      gateway.disconnect();
      await().until(() -> host.cancelled.get() == places);
    }
  }

  @Test
  void answeredCallsLeaveNothingBehind() {
    host.silent = false;
    var stub = gateway.stub();
    for (int i = 0; i < 3 * PLACES; i++) {
      assertThat(stub.modelInfer(request()).getModelName()).isEqualTo("m");
    }
    host.silent = true;
    hold(PLACES);
    assertFull();
  }
}
