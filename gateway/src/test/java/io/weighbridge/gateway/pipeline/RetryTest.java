package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import inference.InferParameter;
import inference.ModelInferRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weighbridge.gateway.route.ModelSpec.SecondTry;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Second tries of calls that may run twice, with grpc-java on both sides. */
class RetryTest {
  private static final int KIND_ATTEMPT = 3;
  private static final int CALLS = 40;

  private PathHarness gateway;
  private FakeHost ill;
  private FakeHost well;

  @BeforeEach
  void start() throws Exception {
    gateway = new PathHarness(PathHarness.limits());
    ill = new FakeHost(PathHarness.DIGEST);
    well = new FakeHost(PathHarness.DIGEST);
  }

  @AfterEach
  void stop() {
    gateway.close();
    ill.close();
    well.close();
  }

  private void serve(boolean idempotent, FakeHost... hosts) {
    gateway.secondTry = idempotent ? SecondTry.WHEN_FAILED : SecondTry.NEVER;
    gateway.serve(
        PathHarness.DIGEST,
        List.of(hosts).stream().map(FakeHost::address).toArray(InetSocketAddress[]::new));
  }

  /** How many of that many calls failed. */
  private int failed(int calls, ModelInferRequest request) {
    var stub = gateway.stub();
    int failed = 0;
    for (int i = 0; i < calls; i++) {
      try {
        var _ = stub.withDeadlineAfter(10, TimeUnit.SECONDS).modelInfer(request);
      } catch (StatusRuntimeException e) {
        failed++;
      }
    }
    return failed;
  }

  private static ModelInferRequest request() {
    return ModelInferRequest.newBuilder().setModelName("m").setId("r").build();
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"UNAVAILABLE", "INTERNAL", "UNKNOWN"})
  void anotherHostIsAskedWhenOneSaysThatItFailed(Status.Code code) {
    ill.failure = code.toStatus();
    serve(true, ill, well);

    assertThat(failed(10, request())).isZero();

    assertThat(ill.requests).isNotEmpty();
    assertThat(well.requests).hasSize(10);
    assertThat(gateway.lane.records.stream().filter(each -> each.kind() == KIND_ATTEMPT).toList())
        .hasSameSizeAs(ill.requests)
        .allMatch(each -> each.status() == code.value() && each.reason().isEmpty());
  }

  @Test
  void aCallThatMustNotRunTwiceGetsTheHostsWord() {
    ill.failure = Status.UNAVAILABLE.withDescription("its own word");
    serve(false, ill);
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> gateway.stub().modelInfer(request()));
    assertThat(failure.getStatus().getDescription()).isEqualTo("its own word");
    serve(false, ill, well);
    failed(CALLS, request());
    assertThat(well.requests.size() + ill.requests.size()).isEqualTo(CALLS + 1);
  }

  @Test
  void faultsOfTheCallerAreNotRepeated() {
    ill.failure = Status.INVALID_ARGUMENT;
    serve(true, ill, well);
    assertThat(failed(CALLS, request())).isEqualTo(ill.requests.size()).isPositive();
    assertThat(well.requests.size() + ill.requests.size()).isEqualTo(CALLS);
  }

  @Test
  void sequencesAreNotRepeated() {
    ill.failure = Status.UNAVAILABLE;
    serve(true, ill, ill, ill);
    ModelInferRequest ofSequence =
        request().toBuilder()
            .putParameters("sequence_id", InferParameter.newBuilder().setInt64Param(7).build())
            .build();
    assertThat(failed(5, ofSequence)).isEqualTo(5);
    assertThat(ill.requests).hasSize(5);
  }

  @Test
  void theSecondHostHasTheLastWord() {
    ill.failure = Status.UNAVAILABLE.withDescription("first");
    well.failure = Status.INTERNAL.withDescription("second");
    serve(true, ill, well);
    for (int i = 0; i < 5; i++) {
      StatusRuntimeException failure =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> gateway.stub().modelInfer(request()));
      assertThat(failure.getStatus().getDescription()).isIn("first", "second");
    }
    assertThat(ill.requests).hasSize(5);
    assertThat(well.requests).hasSize(5);
  }

  @Test
  void theOnlyHostsWordIsPassedOn() {
    ill.failure = Status.UNAVAILABLE.withDescription("its own word");
    serve(true, ill);
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> gateway.stub().modelInfer(request()));
    assertThat(failure.getStatus().getDescription()).isEqualTo("its own word");
    assertThat(ill.requests).hasSize(1);
  }

  @Test
  void secondTriesAreBudgeted() {
    ill.failure = Status.UNAVAILABLE;
    serve(true, ill, well);
    long startNs = System.nanoTime();
    int calls = 200;
    int failed = failed(calls, request());
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs) + 1;
    int secondTries = ill.requests.size() + well.requests.size() - calls;
    // Ten to begin with, one for five calls, one a second.
    assertThat((long) secondTries).isBetween(40L, 10 + calls / 5 + seconds);
    assertThat(failed).isPositive();
  }
}
