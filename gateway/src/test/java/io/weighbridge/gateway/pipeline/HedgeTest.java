package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weighbridge.gateway.route.ModelSpec.SecondTry;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls that are given to a second host while the first one is late, with grpc-java around. */
class HedgeTest {
  private static final int KIND_PREDICTION = 1;
  private static final int KIND_ATTEMPT = 3;

  /** So that there are second tries to spare. */
  private static final int USUAL_CALLS = 50;

  /** So many that those of a busy machine do not count. */
  private static final int USUAL_ANSWERS = 10_000;

  private static final long USUAL_NS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final int LOOKS = 10;
  private static final long SOON_MS = 400;

  private PathHarness gateway;
  private FakeHost one;
  private FakeHost other;

  @BeforeEach
  void start() throws Exception {
    gateway = new PathHarness(PathHarness.limits());
    one = new FakeHost(PathHarness.DIGEST);
    other = new FakeHost(PathHarness.DIGEST);
    gateway.secondTry = SecondTry.WHEN_LATE;
  }

  @AfterEach
  void stop() {
    gateway.close();
    one.close();
    other.close();
  }

  private void serve() {
    gateway.serve(
        PathHarness.DIGEST,
        Stream.of(one, other).map(FakeHost::address).toArray(InetSocketAddress[]::new));
  }

  /** Makes so many calls that it is known when one is late. */
  private void serveAndMeasure() {
    serve();
    var stub = gateway.stub();
    for (int i = 0; i < USUAL_CALLS; i++) {
      var _ = stub.modelInfer(request());
    }
    int slot = gateway.slots.of("m", "1");
    for (int i = 0; i < USUAL_ANSWERS; i++) {
      gateway.health.loop(0).timed(slot, USUAL_NS);
    }
    for (int i = 0; i < LOOKS; i++) {
      gateway.health.look();
    }
    for (FakeHost host : List.of(one, other)) {
      host.requests.clear();
      host.cancelled.set(0);
    }
    gateway.lane.records.clear();
  }

  /** Both keep their answers from now on. */
  private void keep() {
    one.silent = true;
    other.silent = true;
  }

  private static ModelInferRequest request() {
    return ModelInferRequest.newBuilder().setModelName("m").setId("r").build();
  }

  private ListenableFuture<ModelInferResponse> call(long deadlineMs) {
    return GRPCInferenceServiceGrpc.newFutureStub(gateway.stub().getChannel())
        .withDeadlineAfter(deadlineMs, TimeUnit.MILLISECONDS)
        .modelInfer(request());
  }

  /** The host that is asked first by a call that is asked of both. */
  private FakeHost askedFirst() {
    await(() -> one.requests.size() + other.requests.size() == 2);
    assertThat(one.requests).hasSameSizeAs(other.requests);
    return one.askedNs - other.askedNs < 0 ? one : other;
  }

  private FakeHost not(FakeHost host) {
    return host.equals(one) ? other : one;
  }

  private static void answer(FakeHost host) {
    // It may have the request and not be waiting yet.
    Awaitility.await()
        .ignoreExceptionsInstanceOf(NoSuchElementException.class)
        .until(() -> {
          host.answerNext();
          return true;
        });
  }

  private static void await(java.util.concurrent.Callable<Boolean> until) {
    Awaitility.await().pollInterval(1, TimeUnit.MILLISECONDS).until(until);
  }

  private String idOf(FakeHost host) {
    return host.equals(one) ? "host-0" : "host-1";
  }

  private FakeLane.Seen only(int kind) {
    await(() -> gateway.lane.records.stream().anyMatch(each -> each.kind() == kind));
    List<FakeLane.Seen> all =
        gateway.lane.records.stream().filter(each -> each.kind() == kind).toList();
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private static Status.Code code(ListenableFuture<ModelInferResponse> call) throws Exception {
    try {
      call.get(5, TimeUnit.SECONDS);
      return Status.Code.OK;
    } catch (ExecutionException e) {
      return Status.fromThrowable(e).getCode();
    }
  }

  @Test
  void aSecondHostAnswersWhenTheFirstIsLate() throws Exception {
    serveAndMeasure();
    keep();
    ListenableFuture<ModelInferResponse> call = call(5_000);
    FakeHost first = askedFirst();
    answer(not(first));

    assertThat(call.get(5, TimeUnit.SECONDS).getId()).isEqualTo("r");
    await(() -> first.cancelled.get() == 1);
    FakeLane.Seen record = only(KIND_PREDICTION);
    assertThat(record.attempts()).isEqualTo(2);
    assertThat(record.host()).isEqualTo(idOf(not(first)));
    assertThat(record.status()).isZero();
    FakeLane.Seen lost = only(KIND_ATTEMPT);
    assertThat(lost.host()).isEqualTo(idOf(first));
    assertThat(lost.reason()).isEqualTo("overtaken");
    assertThat(lost.status()).isEqualTo(Status.Code.CANCELLED.value());
    assertThat(not(first).cancelled).hasValue(0);
  }

  @Test
  void theFirstMayBeTheFirstToAnswer() throws Exception {
    serveAndMeasure();
    keep();
    ListenableFuture<ModelInferResponse> call = call(5_000);
    FakeHost first = askedFirst();
    answer(first);

    assertThat(code(call)).isEqualTo(Status.Code.OK);
    await(() -> not(first).cancelled.get() == 1);
    assertThat(only(KIND_PREDICTION).host()).isEqualTo(idOf(first));
    assertThat(only(KIND_ATTEMPT).host()).isEqualTo(idOf(not(first)));
  }

  @Test
  void ofTwoAnswersAtOnceTheCallerGetsOne() throws Exception {
    serveAndMeasure();
    keep();
    for (int i = 0; i < 20; i++) {
      ListenableFuture<ModelInferResponse> call = call(5_000);
      askedFirst();
      Thread racing = Thread.startVirtualThread(() -> answer(other));
      answer(one);
      racing.join();
      assertThat(code(call)).isEqualTo(Status.Code.OK);
      only(KIND_ATTEMPT);
      only(KIND_PREDICTION);
      one.requests.clear();
      other.requests.clear();
      gateway.lane.records.clear();
    }
    assertThat(gateway.violations).hasValue(0);
  }

  @Test
  void whenOneFailsTheOtherGoesOn() throws Exception {
    serveAndMeasure();
    for (boolean firstFails : new boolean[] {true, false}) {
      for (Status failure : List.of(Status.UNAVAILABLE, Status.RESOURCE_EXHAUSTED)) {
        keep();
        ListenableFuture<ModelInferResponse> call = call(5_000);
        FakeHost first = askedFirst();
        FakeHost failing = firstFails ? first : not(first);
        failing.failure = failure;
        answer(failing);
        await(() -> gateway.inFlight(failing.equals(one) ? 0 : 1) == 0);
        assertThat(call.isDone()).isFalse();
        answer(not(failing));

        assertThat(code(call)).isEqualTo(Status.Code.OK);
        assertThat(only(KIND_PREDICTION).host()).isEqualTo(idOf(not(failing)));
        FakeLane.Seen failed = only(KIND_ATTEMPT);
        assertThat(failed.host()).isEqualTo(idOf(failing));
        assertThat(failed.reason()).isEmpty();
        assertThat(failed.status()).isEqualTo(failure.getCode().value());
        failing.failure = null;
        one.requests.clear();
        other.requests.clear();
        gateway.lane.records.clear();
      }
    }
  }

  @Test
  void whenBothFailTheLastWordCounts() throws Exception {
    serveAndMeasure();
    keep();
    ListenableFuture<ModelInferResponse> call = call(5_000);
    FakeHost first = askedFirst();
    first.failure = Status.INTERNAL;
    not(first).failure = Status.UNAVAILABLE;
    answer(not(first));
    answer(first);

    assertThat(code(call)).isIn(Status.Code.INTERNAL, Status.Code.UNAVAILABLE);
    FakeLane.Seen record = only(KIND_PREDICTION);
    assertThat(record.status()).isEqualTo(code(call).value());
    assertThat(record.attempts()).isEqualTo(2);
    assertThat(only(KIND_ATTEMPT).host()).isNotEqualTo(record.host());
    assertThat(one.requests.size() + other.requests.size()).isEqualTo(2);
  }

  @Test
  void aFaultOfTheCallersEndsTheCall() throws Exception {
    serveAndMeasure();
    keep();
    ListenableFuture<ModelInferResponse> call = call(5_000);
    FakeHost first = askedFirst();
    not(first).failure = Status.INVALID_ARGUMENT;
    answer(not(first));

    assertThat(code(call)).isEqualTo(Status.Code.INVALID_ARGUMENT);
    await(() -> first.cancelled.get() == 1);
    assertThat(only(KIND_ATTEMPT).reason()).isEqualTo("overtaken");
  }

  @Test
  void aCallerThatLeavesLeavesBoth() throws Exception {
    serveAndMeasure();
    keep();
    ListenableFuture<ModelInferResponse> call = call(5_000);
    FakeHost first = askedFirst();
    call.cancel(true);

    await(() -> one.cancelled.get() == 1 && other.cancelled.get() == 1);
    assertThat(only(KIND_PREDICTION).reason()).isEqualTo("cancelled");
    assertThat(only(KIND_ATTEMPT).host()).isEqualTo(idOf(first));
    assertThat(only(KIND_ATTEMPT).reason()).isEqualTo("cancelled");
  }

  @Test
  void theDeadlineEndsBoth() throws Exception {
    serveAndMeasure();
    keep();
    ListenableFuture<ModelInferResponse> call = call(2_000);

    askedFirst();
    assertThat(code(call)).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    await(() -> one.cancelled.get() == 1 && other.cancelled.get() == 1);
    assertThat(only(KIND_PREDICTION).attempts()).isEqualTo(2);
    only(KIND_ATTEMPT);
  }

  /** A call that nobody answers: how many hosts heard of it. */
  private int hostsAsked(ModelInferRequest request) {
    keep();
    assertThatThrownBy(() ->
            gateway.stub().withDeadlineAfter(SOON_MS, TimeUnit.MILLISECONDS).modelInfer(request))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("DEADLINE_EXCEEDED");
    return one.requests.size() + other.requests.size();
  }

  @Test
  void withFewAnswersNobodyKnowsWhatIsLate() {
    serve();
    assertThat(hostsAsked(request())).isEqualTo(1);
  }

  @Test
  void itCanBeTurnedOff() {
    gateway.secondTry = SecondTry.WHEN_FAILED;
    serveAndMeasure();
    assertThat(hostsAsked(request())).isEqualTo(1);
  }

  @Test
  void sequencesKeepToOneHost() {
    serveAndMeasure();
    ModelInferRequest ofSequence =
        request().toBuilder()
            .putParameters("sequence_id", InferParameter.newBuilder().setInt64Param(7).build())
            .build();
    assertThat(hostsAsked(ofSequence)).isEqualTo(1);
  }

  @Test
  void requestsThatAreNotKeptAreAskedOnce() {
    serveAndMeasure();
    ModelInferRequest large =
        request().toBuilder()
            .addRawInputContents(
                com.google.protobuf.ByteString.copyFrom(
                    new byte[PathHarness.limits().retryBodyBytesMax() + 1]))
            .build();
    assertThat(hostsAsked(large)).isEqualTo(1);
  }

  @Test
  void theBudgetIsKept() throws Exception {
    serveAndMeasure();
    keep();
    int calls = PathHarness.PLACES;
    List<ListenableFuture<ModelInferResponse>> all =
        Stream.generate(() -> call(SOON_MS)).limit(calls).toList();
    for (ListenableFuture<ModelInferResponse> call : all) {
      assertThat(code(call)).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
    int hedges = one.requests.size() + other.requests.size() - calls;
    // What the calls so far have earned.
    assertThat(hedges).isBetween(USUAL_CALLS / 10, (USUAL_CALLS + calls) / 10);
  }
}
