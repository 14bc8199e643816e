package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import inference.GRPCInferenceServiceGrpc;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.weighbridge.host.ModelFolders;
import io.weighbridge.host.repository.Generation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadTest {
  @TempDir private Path root;
  private TestHost host;

  @BeforeEach
  void start() throws IOException {
    ModelFolders.adding(root, "add", "1", 1);
    host = new TestHost(root);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  @Test
  void changedBytesAreServedUnderTheirOwnDigestAndTheNextGeneration() throws IOException {
    String before = digest();
    ModelFolders.adding(root, "add", "1", 100);
    assertThat(infer()).as("until told, what was loaded serves").isEqualTo(6);
    assertThat(TestHost.value(host.headers, "weighbridge-model-digest")).isEqualTo(before);

    assertThat(host.repository.refresh()).isZero();

    assertThat(infer()).isEqualTo(105);
    assertThat(TestHost.value(host.headers, "weighbridge-model-digest"))
        .isEqualTo(digest())
        .isNotEqualTo(before);
    assertThat(TestHost.value(host.headers, "weighbridge-load-generation")).isEqualTo("2");
  }

  @Test
  void unchangedBytesKeepTheirGeneration() throws IOException {
    Generation before = current();
    host.repository.refresh();
    assertThat(current()).isSameAs(before);
    assertThat(host.events.getLast()).isEqualTo("unchanged add version 1 generation 1");
  }

  @Test
  void anyFileOfTheFolderCounts() throws IOException {
    String before = digest();
    Files.writeString(root.resolve("add/1/README"), "new");
    host.repository.refresh();
    assertThat(digest()).isNotEqualTo(before);
    assertThat(current().identity().number()).isEqualTo(2);
  }

  @Test
  void aVersionThatCannotBeLoadedKeepsTheOldAndSaysSo() throws IOException {
    Generation before = current();
    Files.writeString(root.resolve("add/1/model.onnx"), "not a model");
    assertThat(host.repository.refresh()).isEqualTo(1);
    assertThat(current()).isSameAs(before);
    assertThat(infer()).isEqualTo(6);
    assertThat(host.events.getLast())
        .startsWith("failed add version 1 [")
        .endsWith("kept add version 1 generation 1");

    ModelFolders.adding(root, "add", "1", 7);
    assertThat(host.repository.refresh()).isZero();
    assertThat(infer()).isEqualTo(12);
    assertThat(current().identity().number()).as("a failed load has no number").isEqualTo(2);
  }

  @Test
  void versionsComeAndGoWithTheirFolders() throws IOException {
    ModelFolders.adding(root, "add", "2", 2);
    host.repository.refresh();
    assertThat(host.repository.versions("add")).containsExactly("1", "2");
    Files.delete(root.resolve("add/1/model.onnx"));
    Files.delete(root.resolve("add/1/model.yaml"));
    Files.delete(root.resolve("add/1"));
    host.repository.refresh();
    assertThat(host.repository.versions("add")).containsExactly("2");
    assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(this::infer);
  }

  @Test
  void aCallInFlightEndsOnTheGenerationItBeganWith() throws Exception {
    Generation held = current();
    assertThat(held.tryHold()).isTrue();
    ModelFolders.adding(root, "add", "1", 100);
    host.repository.refresh();
    assertThat(Inference.answer(held, request()).getOutputs(0).getContents().getFp32Contents(0))
        .isEqualTo(6);
    assertThat(held.tryHold()).as("takes no new calls").isFalse();
    held.release();
    assertThatExceptionOfType(Exception.class)
        .as("its memory is freed after the last call")
        .isThrownBy(() -> Inference.answer(held, request()));
  }

  @Test
  void aStreamEndsWhenItsGenerationIsUnloaded() throws Exception {
    BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    StreamObserver<ModelInferRequest> requests =
        GRPCInferenceServiceGrpc.newStub(host.channel)
            .modelStreamInfer(
                new StreamObserver<ModelStreamInferResponse>() {
                  @Override
                  public void onNext(ModelStreamInferResponse response) {
                    events.add(response);
                  }

                  @Override
                  public void onError(Throwable cause) {
                    events.add(Status.fromThrowable(cause));
                  }

                  @Override
                  public void onCompleted() {
                    events.add("completed");
                  }
                });
    requests.onNext(request());
    assertThat(events.poll(20, TimeUnit.SECONDS)).isInstanceOf(ModelStreamInferResponse.class);
    ModelFolders.adding(root, "add", "1", 100);
    host.repository.refresh();
    assertThat(events.poll(20, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            Status.class,
            status -> {
              assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
              assertThat(status.getDescription()).startsWith("generation_unloaded: ");
            });
  }

  private Generation current() {
    return Objects.requireNonNull(host.repository.find("add", "1"));
  }

  private String digest() {
    return current().manifest().rootDigest().toString();
  }

  private float infer() {
    return host.client().modelInfer(request()).getOutputs(0).getContents().getFp32Contents(0);
  }

  private static ModelInferRequest request() {
    return ModelInferRequest.newBuilder()
        .setModelName("add")
        .setModelVersion("1")
        .addInputs(
            InferInputTensor.newBuilder()
                .setName("x")
                .setDatatype("FP32")
                .addShape(1)
                .setContents(InferTensorContents.newBuilder().addFp32Contents(5)))
        .build();
  }
}
