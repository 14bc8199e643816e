package io.weighbridge.conformance.fault;

import static io.weighbridge.conformance.fault.FaultedGateway.ONE;
import static io.weighbridge.conformance.fault.FaultedGateway.TWO;
import static io.weighbridge.conformance.fault.TestCaller.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.conformance.fault.TestCaller.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers are told, and what the ledger says, when the network or a host fails. */
class FaultTest {
  private static final int LARGE = 200_000;

  /** What a machine that is busy with something else may add to a time. */
  private static final int BUSY_MS = 1_000;

  private static FaultedGateway world;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    world = new FaultedGateway(folder);
    world.heal();
  }

  @AfterAll
  static void stop() throws Exception {
    try (FaultedGateway stopping = world) {
      stopping.stopWhole();
    }
  }

  @AfterEach
  void heal() {
    world.heal();
    world.assertIdle();
  }

  private static Outcome call(String model, String id, Object... parameters) {
    try (TestCaller caller = world.caller()) {
      return caller.call(request(model, id, parameters));
    }
  }

  private static void assertWhole(Outcome outcome, String id, int bytes) {
    assertThat(outcome.status().getCode()).as(outcome.description()).isEqualTo(Status.Code.OK);
    ModelInferResponse answer = Objects.requireNonNull(outcome.answer());
    assertThat(answer.getRawOutputContents(0)).isEqualTo(StubHost.bytes(id, bytes));
  }

  private static void assertRefused(Outcome outcome, String id, Status.Code code, String reason) {
    assertThat(outcome.status().getCode()).as(outcome.description()).isEqualTo(code);
    assertThat(outcome.description()).startsWith(reason + ": ");
    world.assertRecorded(id, code, reason);
  }

  @Test
  void aRefusedConnectIsTriedOnceOnAnotherHost() throws Exception {
    world.toHostA.refuse();
    world.toHostA.reset();
    double before = world.gateway.metric("weighbridge_host_retries_total");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String id = world.nextId();
      assertWhole(call(TWO, id, StubHost.ANSWER_BYTES, 100), id, 100);
      ids.add(id);
    }
    assertThat(world.gateway.metric("weighbridge_host_retries_total")).isGreaterThan(before);
    assertThat(ids)
        .anySatisfy(id -> assertThat(world.recordOf(id).getRpc().getAttempts()).isEqualTo(2));
  }

  @Test
  void aRefusedConnectWithNoOtherHostIsUnavailable() {
    world.toHostA.refuse();
    world.toHostA.reset();
    String id = world.nextId();
    assertRefused(call(ONE, id), id, Status.Code.UNAVAILABLE, "no_reachable_host");
  }

  @ParameterizedTest
  @CsvSource({
    "0, true", "40, true", "20000, true", "199000, true",
    "0, false", "300, false", "20000, false", "199000, false"
  })
  void anAnswerThatBreaksOffIsNeverOk(int afterBytes, boolean reset) {
    world.toHostA.towardsCaller(new Fault.Cut(afterBytes, reset));
    String id = world.nextId();
    Outcome outcome = call(ONE, id, StubHost.ANSWER_BYTES, LARGE);
    if (afterBytes == 0) {
      // The connection was ended before the call was there: a new one ends before its settings.
      assertThat(outcome.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      return;
    }
    assertThat(outcome.answer()).isNull();
    assertRefused(outcome, id, Status.Code.UNAVAILABLE, "host_connection_lost");
    Record record = world.recordOf(id);
    assertThat(record.getRpc().getAttempts()).isEqualTo(1);
    assertThat(record.getResponse().getSizeBytes()).isLessThan(LARGE);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9, 30, 1_000, 16_500, 150_000})
  void garbageIsNeverAnAnswer(int afterBytes) throws Exception {
    double before = world.gateway.metric("weighbridge_http2_protocol_errors_total");
    world.toHostA.towardsCaller(new Fault.Garble(afterBytes, 1));
    String id = world.nextId();
    Outcome outcome = call(ONE, id, StubHost.ANSWER_BYTES, LARGE);
    assertThat(outcome.answer()).isNull();
    assertThat(outcome.status().getCode())
        .as(outcome.description())
        .isIn(Status.Code.UNAVAILABLE, Status.Code.UNKNOWN);
    assertThat(world.recordOf(id).getRpc().getStatus())
        .isEqualTo(outcome.status().getCode().value());
    assertThat(world.gateway.metric("weighbridge_http2_protocol_errors_total"))
        .isGreaterThan(before);
  }

  @Test
  void aHostThatHangsCostsTheDeadlineAndNoMore() {
    int deadlineMs = 300;
    long fastestMs = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      String id = world.nextId();
      int cancelled = world.hostA.cancelled.get();
      try (TestCaller caller = world.caller()) {
        // The connection is made before time counts.
        caller.call(request(ONE, world.nextId()));
        Outcome outcome = caller.call(request(ONE, id, StubHost.HANG, 1), deadlineMs);
        assertRefused(outcome, id, Status.Code.DEADLINE_EXCEEDED, "deadline_exceeded");
        assertThat(outcome.tookMs()).isBetween(deadlineMs - 1L, deadlineMs + 50L + BUSY_MS);
        fastestMs = Math.min(fastestMs, outcome.tookMs());
      }
      await()
          .atMost(Duration.ofSeconds(1))
          .until(() -> world.hostA.cancelled.get() == cancelled + 1);
    }
    assertThat(fastestMs).isLessThanOrEqualTo(deadlineMs + 50);
  }

  @Test
  void aCallWithoutDeadlineEndsAtTheLongestCallAllowed() {
    String id = world.nextId();
    Outcome outcome = call(ONE, id, StubHost.HANG, 1);
    assertRefused(outcome, id, Status.Code.DEADLINE_EXCEEDED, "deadline_exceeded");
    assertThat(outcome.tookMs())
        .isBetween(FaultedGateway.CALL_MS_MAX - 1L, FaultedGateway.CALL_MS_MAX + 50L + BUSY_MS);
  }

  /** The connection stands, for all that TCP knows; the gateway looks once a second. */
  @Test
  void aHalfOpenHostConnectionIsNoticedAndReplaced() {
    String id = world.nextId();
    int connections = world.toHostA.accepted();
    try (TestCaller caller = world.caller()) {
      world.toHostA.vanish();
      Outcome outcome = caller.call(request(ONE, id));
      assertRefused(outcome, id, Status.Code.UNAVAILABLE, "host_connection_lost");
      assertThat(outcome.tookMs()).isLessThan(2L * FaultedGateway.SILENCE_MS_MAX + 2_000 + BUSY_MS);
      String next = world.nextId();
      assertWhole(caller.call(request(ONE, next, StubHost.ANSWER_BYTES, 10)), next, 10);
    }
    assertThat(world.toHostA.accepted()).isEqualTo(connections + 1);
  }

  @Test
  void aSlowHostIsWaitedForAndItsAnswerIsWhole() {
    world.toHostA.towardsCaller(new Fault.Slow(800_000));
    String id = world.nextId();
    Outcome outcome = call(ONE, id, StubHost.ANSWER_BYTES, LARGE);
    assertWhole(outcome, id, LARGE);
    assertThat(outcome.tookMs()).isGreaterThan(150);
  }

  @Test
  void aHostThatStallsInMidAnswerCostsTheDeadline() {
    world.toHostA.towardsCaller(new Fault.Slow(10_000));
    String id = world.nextId();
    Outcome outcome = call(ONE, id, StubHost.ANSWER_BYTES, LARGE);
    assertRefused(outcome, id, Status.Code.DEADLINE_EXCEEDED, "deadline_exceeded");
    assertThat(outcome.answer()).isNull();
  }

  /** A call that goes on; completed with how it ended. */
  private static CompletableFuture<Status> begin(TestCaller caller, ModelInferRequest request) {
    CompletableFuture<Status> ended = new CompletableFuture<>();
    caller
        .stub()
        .modelInfer(
            request,
            new StreamObserver<>() {
              @Override
              public void onNext(ModelInferResponse answer) {
                // Its end says all.
              }

              @Override
              public void onError(Throwable cause) {
                ended.complete(Status.fromThrowable(cause));
              }

              @Override
              public void onCompleted() {
                ended.complete(Status.OK);
              }
            });
    return ended;
  }

  @Test
  void aCallerThatVanishesFreesItsHostWithinASecond() {
    int received = world.hostA.received.get();
    int cancelled = world.hostA.cancelled.get();
    List<String> ids = List.of(world.nextId(), world.nextId(), world.nextId());
    try (TestCaller caller = world.caller(world.toGateway)) {
      List<CompletableFuture<Status>> ended =
          ids.stream().map(id -> begin(caller, request(ONE, id, StubHost.HANG, 1))).toList();
      await().until(() -> world.hostA.received.get() == received + ids.size());
      world.toGateway.reset();
      await()
          .atMost(Duration.ofSeconds(1))
          .until(() -> world.hostA.cancelled.get() == cancelled + ids.size());
      assertThat(ended)
          .allSatisfy(end ->
              assertThat(end.get(5, TimeUnit.SECONDS).getCode())
                  .isEqualTo(Status.Code.UNAVAILABLE));
    }
    ids.forEach(id -> world.assertRecorded(id, Status.Code.CANCELLED, "cancelled"));
  }

  @Test
  void aRequestThatBreaksOffNeverReachesTheHostWhole() {
    int received = world.hostA.received.get();
    String id = world.nextId();
    ModelInferRequest large =
        request(ONE, id).toBuilder().addRawInputContents(StubHost.bytes(id, LARGE)).build();
    try (TestCaller caller = world.caller(world.toGateway)) {
      // In good order: a reset may take what the gateway has not read yet, and with it the id.
      world.toGateway.towardsTarget(new Fault.Cut(LARGE / 2, false));
      assertThat(caller.call(large).status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
    world.assertRecorded(id, Status.Code.CANCELLED, "cancelled");
    assertThat(world.hostA.received).hasValue(received);
  }

  @Test
  void aCallerThatTakesNothingIsGivenUpAndHoldsUpNobody() throws Exception {
    List<CompletableFuture<Status>> ended = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    try (TestCaller stalled = world.caller(world.toGateway)) {
      stalled.call(request(ONE, world.nextId()));
      world.toGateway.towardsCaller(Fault.STALL);
      for (int i = 0; i < 20; i++) {
        String id = world.nextId();
        ids.add(id);
        ended.add(begin(stalled, request(ONE, id, StubHost.ANSWER_BYTES, 2_000_000)));
      }
      String other = world.nextId();
      assertWhole(call(ONE, other, StubHost.ANSWER_BYTES, LARGE), other, LARGE);
      await().until(() -> world.gateway.metric("weighbridge_queued_bytes") > 0);
      await()
          .atMost(Duration.ofMillis(3L * FaultedGateway.STALL_MS_MAX + 4_000))
          .until(() -> world.gateway.metric("weighbridge_calls_in_flight") == 0);
      world.toGateway.heal();
      world.toGateway.reset();
      CompletableFuture.allOf(ended.toArray(new CompletableFuture<?>[0])).get(10, TimeUnit.SECONDS);
    }
    assertThat(ids)
        .anySatisfy(id -> assertThat(world.recordOf(id).getRpc().getStatus()).isNotZero());
  }
}
