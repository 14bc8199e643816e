package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelStreamInferResponse;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls where the operator chose that they leave no record: each is counted as one without. */
class UnrecordedCallsTest {
  private static final Metadata.Key<String> RECORD_ID =
      Metadata.Key.of("weighbridge-record-id", Metadata.ASCII_STRING_MARSHALLER);

  private PathHarness path;
  private FakeHost host;

  @BeforeEach
  void start() throws Exception {
    path = PathHarness.counting();
    host = new FakeHost(PathHarness.DIGEST);
    path.serve(PathHarness.DIGEST, host);
  }

  @AfterEach
  void stop() {
    path.close();
    host.close();
  }

  private static ModelInferRequest request(String model) {
    return ModelInferRequest.newBuilder().setModelName(model).build();
  }

  private Conversation<ModelInferRequest, ModelStreamInferResponse> stream() {
    return new Conversation<>(
        path.channel(),
        GRPCInferenceServiceGrpc.getModelStreamInferMethod(),
        CallOptions.DEFAULT,
        Conversation.key());
  }

  private void assertCounted(int count) {
    await().untilAsserted(() -> assertThat(path.lane.lost).hasValue(count));
    assertThat(path.lane.records).isEmpty();
  }

  @Test
  void anAnswerIsCountedAndNamesNoRecord() {
    AtomicReference<Metadata> trailers = new AtomicReference<>(new Metadata());
    var answer =
        path.stub()
            .withInterceptors(
                MetadataUtils.newCaptureMetadataInterceptor(new AtomicReference<>(), trailers))
            .modelInfer(request("m"));
    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(trailers.get())
        .isNotNull()
        .satisfies(last -> assertThat(last.containsKey(RECORD_ID)).isFalse());
    assertCounted(1);
  }

  @Test
  void soIsARefusal() {
    assertThat(catchThrowable(() -> path.stub().modelInfer(request("nothing"))))
        .hasMessageContaining("permission_denied");
    assertCounted(1);
  }

  @Test
  void soIsEachAnswerOfAStreamAndNotItsEnd() throws Exception {
    var stream = stream();
    for (int i = 0; i < 3; i++) {
      assertThat(stream.say(request("m")).hear().getErrorMessage()).isEmpty();
    }
    stream.halfClose();
    assertThat(stream.end().isOk()).isTrue();
    assertCounted(3);
  }

  @Test
  void soIsACallWhoseCallerLeaves() {
    host.silent = true;
    var stream = stream();
    stream.say(request("m"));
    await().untilAsserted(() -> assertThat(host.requests).hasSize(1));
    stream.cancel();
    assertCounted(1);
  }
}
