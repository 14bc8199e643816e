package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.ModelConfigRequest;
import inference.ModelInferRequest;
import inference.ModelStatistics;
import inference.ModelStatisticsRequest;
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse.ModelIndex;
import inference.ServerMetadataRequest;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weighbridge.gateway.call.HostTable;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the gateway tells of its models. */
class ModelIndexTest {
  private PathHarness path;
  private FakeHost host;
  private GRPCInferenceServiceBlockingStub stub;

  @BeforeEach
  void start() throws Exception {
    path = new PathHarness(PathHarness.limits());
    host = new FakeHost(PathHarness.DIGEST);
    path.serve(PathHarness.DIGEST, host);
    stub = path.stub();
  }

  @AfterEach
  void stop() {
    path.close();
    host.close();
  }

  private static Status refusal(ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus();
  }

  /** A refusal's message without what is different in every one. */
  private static String told(Status status) {
    return status.getCode()
        + " "
        + String.valueOf(status.getDescription()).replaceAll("record .*", "");
  }

  private List<ModelIndex> index(boolean ready) {
    return stub.repositoryIndex(RepositoryIndexRequest.newBuilder().setReady(ready).build())
        .getModelsList();
  }

  private List<ModelStatistics> statistics(String model, String version) {
    return stub.modelStatistics(
            ModelStatisticsRequest.newBuilder().setName(model).setVersion(version).build())
        .getModelStatsList();
  }

  private void infer() {
    var _ =
        stub.modelInfer(ModelInferRequest.newBuilder().setModelName("m").setId("my-id").build());
  }

  @Test
  void asksAHostForTheConfigurationOfTheVersionChosen() {
    ModelConfigRequest request = ModelConfigRequest.newBuilder().setName("m").build();

    assertThat(stub.modelConfig(request).getConfig().getBackend()).isEqualTo("of version 1");
  }

  @Test
  void listsTheModelsTheCallerMayUse() {
    assertThat(index(false))
        .containsExactly(
            ModelIndex.newBuilder().setName("m").setVersion("1").setState("READY").build());
    assertThat(index(true)).hasSize(1);
  }

  @Test
  void saysWhichVersionsNobodyCanAnswerFor() {
    path.tables.publish(HostTable.empty());

    assertThat(index(false))
        .containsExactly(
            ModelIndex.newBuilder()
                .setName("m")
                .setVersion("1")
                .setState("UNAVAILABLE")
                .setReason("no_verified_host")
                .build());
    assertThat(index(true)).isEmpty();
  }

  @Test
  void knowsNoNamedRepositories() {
    RepositoryIndexRequest request =
        RepositoryIndexRequest.newBuilder().setRepositoryName("other").build();

    Status refused = refusal(() -> stub.repositoryIndex(request));
    assertThat(told(refused)).startsWith("INVALID_ARGUMENT request_malformed: repository_name");
  }

  @Test
  void countsWhatItAnsweredAndWhatFailed() {
    for (int i = 0; i < 3; i++) {
      infer();
    }
    host.failure = Status.INTERNAL;
    assertThat(refusal(this::infer).getCode()).isEqualTo(Status.Code.INTERNAL);

    for (String version : new String[] {"", "1"}) {
      for (String name : version.isEmpty() ? new String[] {"m", ""} : new String[] {"m"}) {
        List<ModelStatistics> all = statistics(name, version);
        assertThat(all).hasSize(1);
        ModelStatistics one = all.get(0);
        assertThat(one.getName() + one.getVersion()).isEqualTo("m1");
        assertThat(one.getInferenceCount()).isEqualTo(3);
        assertThat(one.getInferenceStats().getSuccess().getCount()).isEqualTo(3);
        assertThat(one.getInferenceStats().getSuccess().getNs()).isPositive();
        assertThat(one.getInferenceStats().getFail().getCount()).isEqualTo(1);
        assertThat(one.getInferenceStats().getFail().getNs()).isPositive();
      }
    }
    assertThat(refusal(() -> statistics("m", "9")).getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void tellsNoHiddenModelFromOneThatDoesNotExist() {
    String hidden = told(refusal(() -> statistics(PathHarness.HIDDEN, "")));
    assertThat(hidden).startsWith("PERMISSION_DENIED permission_denied");
    for (String version : new String[] {"", "7", "9"}) {
      assertThat(told(refusal(() -> statistics(PathHarness.HIDDEN, version)))).isEqualTo(hidden);
      assertThat(told(refusal(() -> statistics("nothing", version)))).isEqualTo(hidden);
    }
    for (String name : new String[] {PathHarness.HIDDEN, "nothing"}) {
      ModelConfigRequest request = ModelConfigRequest.newBuilder().setName(name).build();
      assertThat(told(refusal(() -> stub.modelConfig(request)))).isEqualTo(hidden);
    }
  }

  @Test
  void needsAKey() {
    GRPCInferenceServiceBlockingStub anyone = path.stub("Bearer wb_demo_" + "x".repeat(43));

    assertThat(
            refusal(() -> anyone.repositoryIndex(RepositoryIndexRequest.getDefaultInstance()))
                .getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(
            refusal(() -> anyone.modelStatistics(ModelStatisticsRequest.getDefaultInstance()))
                .getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void takesLittleAndRecordsNothingOfAnEarlierCall() {
    infer();
    path.lane.records.clear();
    var method = FakeService.method("Echo").toBuilder();
    method.setFullMethodName("inference.GRPCInferenceService/ServerMetadata");
    var call =
        new Conversation<>(path.channel(), method.build(), CallOptions.DEFAULT, Conversation.key());
    call.say(new byte[(32 << 10) + 1]).halfClose();

    assertThat(stub.serverMetadata(ServerMetadataRequest.getDefaultInstance()).getName())
        .isEqualTo("weighbridge");
    await().until(() -> !path.lane.records.isEmpty());
    FakeLane.Seen record = path.lane.records.get(0);
    assertThat(record.reason()).isEqualTo("message_too_large");
    assertThat(record.requestId()).isEmpty();
    assertThat(record.model()).isEmpty();
  }
}
