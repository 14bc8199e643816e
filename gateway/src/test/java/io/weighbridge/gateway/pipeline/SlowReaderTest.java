package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Status;
import io.weighbridge.gateway.upstream.health.HealthLimits;
import io.weighbridge.gateway.upstream.health.SeatReport;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Callers that do not take the rest of an answer, with grpc-java on both sides: no host's fault.
 */
class SlowReaderTest {
  /** More than all windows on the way hold. */
  private static final ByteString LARGE = ByteString.copyFrom(new byte[4 << 20]);

  private static final int PLACES = 2;
  private static final int USUAL_CALLS = 20;
  private static final int UNREAD_CALLS = 5;

  /** Far from what the host takes, on a busy machine as well. */
  private static final long HOST_NS_MAX = TimeUnit.MILLISECONDS.toNanos(400);

  /** Before callers' connections lose their patience with streams that are stuck. */
  private static final long CALL_NS_MAX = PathHarness.HTTP2.writeStallNs() * 3 / 4;

  private PathHarness gateway;
  private FakeHost host;
  private final List<Conversation<ModelInferRequest, ModelInferResponse>> calls =
      new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws Exception {
    start(100, PathHarness.limits());
  }

  private void start(int places, CallLimits limits) throws Exception {
    gateway =
        new PathHarness(
            limits,
            new PathHarness.Waits(
                new HealthLimits(TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(20), places),
                TimeUnit.SECONDS.toNanos(5)));
    host = new FakeHost(PathHarness.DIGEST);
    gateway.serve(PathHarness.DIGEST, host);
  }

  @AfterEach
  void stop() {
    // Else gRPC keeps what nobody asks for.
    calls.forEach(Conversation::cancel);
    gateway.close();
    host.close();
  }

  private static ModelInferRequest request() {
    return ModelInferRequest.newBuilder().setModelName("m").build();
  }

  /** Calls that the host answers, and whose callers take no more of it than their windows hold. */
  private void unread(int count) {
    host.more = LARGE;
    for (int i = 0; i < count; i++) {
      unread();
    }
    await().until(() -> calls.stream().noneMatch(call -> call.headers.keys().isEmpty()));
    // The head of an answer may be there before the answer begins.
    await().until(() -> look().figures().inFlight() == 0);
    host.more = ByteString.EMPTY;
  }

  private void unread() {
    var call = Conversation.prediction(gateway.channel());
    call.say(request()).halfClose();
    calls.add(call);
  }

  private Status call() {
    try {
      var _ = gateway.stub().withDeadlineAfter(5, TimeUnit.SECONDS).modelInfer(request());
      return Status.OK;
    } catch (io.grpc.StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  /** Makes it known what an answer takes. */
  private void measure() {
    for (int i = 0; i < USUAL_CALLS; i++) {
      assertThat(call()).isEqualTo(Status.OK);
    }
    gateway.health.look();
  }

  private SeatReport look() {
    gateway.health.look();
    return gateway.health.reports().getFirst();
  }

  @Test
  void onProbationAHostThatAnswersPasses() {
    // Nobody knows what an answer takes here, so none is slow, however busy the machine is.
    host.failure = Status.UNAVAILABLE;
    await()
        .until(() -> {
          var _ = call();
          return look().state() == SeatReport.State.RESTING;
        });
    host.failure = null;
    await().until(() -> look().state() == SeatReport.State.PROBATION);
    // The first call on probation.
    unread(1);
    await()
        .until(() -> {
          assertThat(call()).isEqualTo(Status.OK);
          return look().state() == SeatReport.State.STARTING;
        });
  }

  @Test
  void runningOutOfTimeIsNotHeldAgainstTheHost() throws Exception {
    stop();
    start(100, TestCallLimits.shortCalls(CALL_NS_MAX));
    measure();
    unread(UNREAD_CALLS);
    await().until(() -> gateway.lane.records.size() == USUAL_CALLS + UNREAD_CALLS);
    // The host's clock may be the first.
    assertThat(gateway.lane.records.stream().skip(USUAL_CALLS).map(FakeLane.Seen::reason))
        .isSubsetOf("deadline_exceeded", "host_cancelled");
    SeatReport report = look();
    assertThat(report.state()).isEqualTo(SeatReport.State.IN);
    assertThat(report.figures().failedShare()).isZero();
    assertThat(report.figures().latencyNs()).isLessThan(HOST_NS_MAX);
  }

  @Test
  void theHostCanBeGivenOtherCalls() throws Exception {
    stop();
    start(PLACES, PathHarness.limits());
    unread(PLACES);
    assertThat(look().figures().inFlightMax()).isEqualTo(PLACES);
    assertThat(look().figures().inFlight()).isZero();
    assertThat(call()).isEqualTo(Status.OK);
  }
}
