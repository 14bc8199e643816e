package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelStreamInferResponse;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.weighbridge.gateway.admission.CallRates;
import io.weighbridge.gateway.admission.RateRule;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.observe.VersionCalls;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What callers over their rate get to hear, with grpc-java on both sides. */
class RateLimitTest {
  private static final int KIND_REFUSAL = 2;
  private static final int BURST = 2;
  private static final int RATE_LIMITED = Refusal.RATE_LIMITED.grpcCode();

  private PathHarness gateway;
  private FakeHost host;

  @BeforeEach
  void start() throws Exception {
    RateRule rule = new RateRule("acme", "svc", TimeUnit.SECONDS.toNanos(60), BURST, "1/m");
    gateway = new PathHarness(PathHarness.limits(), new CallRates(List.of(rule)));
    host = new FakeHost(PathHarness.DIGEST);
    gateway.serve(PathHarness.DIGEST, host);
  }

  @AfterEach
  void stop() {
    gateway.close();
    host.close();
  }

  private static ModelInferRequest request(String id) {
    return ModelInferRequest.newBuilder().setModelName("m").setId(id).build();
  }

  private void spend(int calls) {
    var stub = gateway.stub();
    for (int i = 0; i < calls; i++) {
      assertThat(stub.modelInfer(request("r")).getModelName()).isEqualTo("m");
    }
  }

  @Test
  void overTheRateCallersAreToldWhenToComeBack() throws Exception {
    spend(BURST);
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> gateway.stub().modelInfer(request("r")));

    assertThat(refused.getStatus().getCode().value()).isEqualTo(RATE_LIMITED);
    assertThat(refused.getStatus().getDescription())
        .startsWith("rate_limited: the caller is over its rate of 1/m, burst 2; wait and retry");
    com.google.rpc.Status details = Objects.requireNonNull(StatusProto.fromThrowable(refused));
    assertThat(details.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo("rate_limited");
    long delayS = details.getDetails(2).unpack(RetryInfo.class).getRetryDelay().getSeconds();
    // A call comes back each minute; the jitter may double it.
    assertThat(delayS).isBetween(50L, 120L);
    String pushback =
        Objects.requireNonNull(refused.getTrailers())
            .get(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER));
    assertThat(Long.parseLong(pushback) / 1_000).isEqualTo(delayS);
    assertThat(host.requests).hasSize(BURST);
  }

  @Test
  void eachRefusalIsRecordedWithItsModelAndCountedByReason() {
    spend(BURST);
    for (int i = 0; i < 3; i++) {
      var _ =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> gateway.stub().modelInfer(request("r")));
    }
    assertThat(gateway.lane.records).hasSize(BURST + 3);
    assertThat(gateway.lane.records.subList(BURST, BURST + 3))
        .allMatch(each ->
            each.kind() == KIND_REFUSAL
                && each.status() == RATE_LIMITED
                && each.reason().equals("rate_limited")
                && each.model().equals("m"));
    assertThat(gateway.metrics.refusals(Refusal.RATE_LIMITED)).isEqualTo(3);
    // Nothing that says how the version does.
    VersionCalls version = gateway.metrics.calls(gateway.slots.of("m", "1"));
    assertThat(version.okCount()).isEqualTo(BURST);
    assertThat(version.failedCount()).isZero();
  }

  @Test
  void messagesOfAStreamCountLikeCalls() throws Exception {
    var stream =
        new Conversation<>(
            gateway.channel(),
            GRPCInferenceServiceGrpc.getModelStreamInferMethod(),
            CallOptions.DEFAULT,
            Conversation.key());
    for (int i = 0; i < BURST; i++) {
      assertThat(stream.say(request("r" + i)).hear().getErrorMessage()).isEmpty();
    }
    ModelStreamInferResponse refused = stream.say(request("over")).hear();
    assertThat(refused.getErrorMessage()).startsWith("rate_limited: wait and retry");
    assertThat(refused.getInferResponse().getId()).isEqualTo("over");
    stream.halfClose();
    assertThat(stream.end().isOk()).isTrue();
    assertThat(host.requests).hasSize(BURST);
  }
}
