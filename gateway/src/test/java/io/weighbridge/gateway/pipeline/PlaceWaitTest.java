package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.upstream.health.HealthLimits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls that wait for a place, with grpc-java on both sides. The one host may have two calls. */
class PlaceWaitTest {
  private static final int PLACES = 2;
  private static final long LONG_NS = TimeUnit.SECONDS.toNanos(20);

  private PathHarness gateway;
  private FakeHost host;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    start(LONG_NS);
  }

  private void start(long queueNsMax) throws Exception {
    gateway =
        new PathHarness(
            PathHarness.limits(),
            new PathHarness.Waits(new HealthLimits(LONG_NS, LONG_NS, PLACES), queueNsMax));
    host = new FakeHost(PathHarness.DIGEST);
    gateway.serve(PathHarness.DIGEST, host);
    channel = gateway.channel();
    host.silent = true;
  }

  @AfterEach
  void stop() {
    gateway.close();
    host.close();
  }

  private static ModelInferRequest request(String id) {
    return ModelInferRequest.newBuilder().setModelName("m").setId(id).build();
  }

  private static ModelInferRequest request(String id, String parameter, long value) {
    return request(id).toBuilder()
        .putParameters(parameter, InferParameter.newBuilder().setUint64Param(value).build())
        .build();
  }

  private Conversation<ModelInferRequest, ModelInferResponse> call(
      ModelInferRequest request, CallOptions options, Metadata key) {
    var call =
        new Conversation<>(channel, GRPCInferenceServiceGrpc.getModelInferMethod(), options, key);
    call.say(request).halfClose();
    call.allow(1);
    return call;
  }

  private Conversation<ModelInferRequest, ModelInferResponse> call(ModelInferRequest request) {
    return call(request, CallOptions.DEFAULT, Conversation.key());
  }

  /** Takes the places, so that what comes next must wait. */
  private void fill() {
    for (int i = 0; i < PLACES; i++) {
      call(request("held"));
    }
    await().until(() -> host.requests.size() == PLACES);
  }

  private long waiting() {
    return gateway.metrics.waiting(gateway.slots.of("m", "1"));
  }

  private void awaitWaiting(int count) {
    await().until(() -> waiting() == count);
  }

  /** The ids that reached the host, but for those that fill it. */
  private List<String> arrived() {
    return host.requests.stream()
        .map(ModelInferRequest::getId)
        .filter(id -> !id.equals("held"))
        .toList();
  }

  @Test
  void aCallWaitsAndGoesOnceThereIsAPlace() throws Exception {
    fill();
    var waits = call(request("a"));
    awaitWaiting(1);
    assertThat(arrived()).isEmpty();
    host.answerNext();
    await().until(() -> arrived().equals(List.of("a")));
    host.answerNext();
    host.answerNext();
    assertThat(waits.status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(waiting()).isZero();
    assertThat(gateway.lane.records).hasSize(PLACES + 1);
  }

  @Test
  void itsCallersPrioritiesDecideWhoIsNext() {
    fill();
    call(request("none"));
    call(request("two", "priority", 2));
    call(request("one", "priority", 1));
    awaitWaiting(3);
    for (int i = 1; i <= 3; i++) {
      int count = i;
      host.answerNext();
      await().until(() -> arrived().size() == count);
    }
    assertThat(arrived()).containsExactly("one", "two", "none");
  }

  @Test
  void anotherCallerIsNotBehindThoseOfTheFirst() {
    fill();
    call(request("a1"));
    call(request("a2"));
    call(request("a3"));
    awaitWaiting(3);
    call(request("b1"), CallOptions.DEFAULT, Conversation.key(PathHarness.OTHER_TOKEN));
    awaitWaiting(4);
    host.answerNext();
    host.answerNext();
    await().until(() -> arrived().size() == 2);
    assertThat(arrived()).containsExactlyInAnyOrder("a1", "b1");
  }

  @Test
  void whoHasNothingNeedNotWaitForThoseOfAnother() {
    fill();
    call(request("a1"));
    call(request("a2"));
    awaitWaiting(2);
    host.answerNext();
    await().until(() -> arrived().equals(List.of("a1")));
    Metadata other = Conversation.key(PathHarness.OTHER_TOKEN);
    call(request("b1"), CallOptions.DEFAULT, other);
    await().until(() -> arrived().equals(List.of("a1", "b1")));
    call(request("b2"), CallOptions.DEFAULT, other);
    awaitWaiting(2);
    assertThat(gateway.health.loop(0).inFlight(0)).isEqualTo(PLACES + 1);
    host.answerNext();
    host.answerNext();
    await().until(() -> arrived().size() == 3);
    assertThat(waiting()).isEqualTo(1);
  }

  @Test
  void itsDeadlineEndsItWhereverItIs() throws Exception {
    fill();
    CallOptions soon = CallOptions.DEFAULT.withDeadlineAfter(Duration.ofMillis(200));
    var late = call(request("a"), soon, Conversation.key());
    assertThat(late.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    awaitWaiting(0);
    await().until(() -> gateway.lane.records.size() == 1);
    host.answerNext();
    call(request("b"));
    await().until(() -> arrived().equals(List.of("b")));
  }

  @Test
  void itsTimeoutEndsItsWaitAndItsRecordSaysSo() throws Exception {
    fill();
    var hurried = call(request("a", "timeout", 20_000));
    Status told = hurried.status();
    assertThat(told.getCode().value()).isEqualTo(Refusal.OVERLOADED.grpcCode());
    assertThat(told.getDescription())
        .startsWith(
            "overloaded: every host has as many calls as it can do, for longer than its timeout");
    assertThat(gateway.lane.records.getFirst().reason()).isEqualTo("overloaded");
    assertThat(waiting()).isZero();
  }

  @Test
  void nobodyWaitsLongerThanAllowed() throws Exception {
    stop();
    start(TimeUnit.MILLISECONDS.toNanos(30));
    fill();
    assertThat(call(request("a")).status().getDescription())
        .startsWith(
            "overloaded: every host has as many calls as it can do, for longer than queue-time-max");
  }

  @Test
  void whoLeavesWaitsNoMore() {
    fill();
    var gone = call(request("a"));
    call(request("b"));
    awaitWaiting(2);
    gone.cancel();
    awaitWaiting(1);
    host.answerNext();
    await().until(() -> arrived().equals(List.of("b")));
  }

  @Test
  void withoutItsConnectionNothingIsLeft() {
    fill();
    call(request("a"));
    call(request("b"));
    awaitWaiting(2);
    gateway.disconnect();
    awaitWaiting(0);
    await().until(() -> gateway.lane.records.size() == PLACES + 2);
  }

  @Test
  void aCallThatWaitsTakesNoPlaceOfItsModel() {
    fill();
    for (int i = PLACES; i < PathHarness.PLACES; i++) {
      call(request("a" + i));
    }
    call(request("z"), CallOptions.DEFAULT, Conversation.key(PathHarness.OTHER_TOKEN));
    awaitWaiting(PathHarness.PLACES - PLACES + 1);
    assertThat(gateway.metrics.refusals(Refusal.OVERLOADED)).isZero();
  }

  @Test
  void aSequenceDoesNotWait() {
    fill();
    call(request("a"));
    awaitWaiting(1);
    call(request("s", "sequence_id", 7));
    await().until(() -> arrived().equals(List.of("s")));
  }

  @Test
  void aStreamWaitsAndBringsWhatItSaidMeanwhile() {
    fill();
    var stream =
        new Conversation<ModelInferRequest, ModelStreamInferResponse>(
            channel,
            GRPCInferenceServiceGrpc.getModelStreamInferMethod(),
            CallOptions.DEFAULT,
            Conversation.key());
    stream.say(request("s1"));
    awaitWaiting(1);
    stream.say(request("s2"));
    host.answerNext();
    await().until(() -> arrived().equals(List.of("s1", "s2")));
  }

  @Test
  void aCallThatWaitsIsGivenNoCredit() throws Exception {
    fill();
    byte[] large = new byte[4 * PathHarness.limits().streamWindowBytes()];
    var waits =
        call(request("large").toBuilder().addRawInputContents(ByteString.copyFrom(large)).build());
    awaitWaiting(1);
    for (int i = 0; i < 20; i++) {
      // Had it been given credit, that would have come before these answers.
      call(ModelInferRequest.newBuilder().setModelName("none").build()).status();
    }
    assertThat(waits.ready()).isFalse();
    host.answerNext();
    await().until(() -> arrived().equals(List.of("large")));
  }
}
