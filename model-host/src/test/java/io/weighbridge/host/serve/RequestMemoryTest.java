package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelStreamInferResponse;
import inference.ServerLiveRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.weighbridge.host.ModelFolders;
import io.weighbridge.host.tensor.BadInputException;
import io.weighbridge.host.tensor.TensorType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Small messages that would become large, sent to a host with 1 MiB for its requests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestMemoryTest {
  private static final int HEAP_BYTES = 1 << 20;
  private static final ByteString MODEL = ByteString.copyFrom(new byte[] {10, 2, 'i', 'd'});

  private Path root;
  private TestHost host;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    root = folder;
    ModelFolders.identity(root, "id", "1", TensorType.BYTES, 1);
    host = new TestHost(root, new Limits(64 << 20, HEAP_BYTES, 8192, 9, 9, 20, 10, 1, 10), 1);
  }

  @AfterAll
  void stop() {
    host.close();
  }

  @Test
  void takesUpToItsEdgeAndGivesBack() throws BadInputException {
    RequestMemory memory = new RequestMemory(100);
    RequestMemory.Share one = memory.new Share();
    RequestMemory.Share other = memory.new Share();
    one.take(60);
    other.take(40);
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> other.take(1))
        .satisfies(
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED))
        .withMessageContaining("memory_short: requests fill request-heap-bytes-max, 100 bytes");
    assertThatExceptionOfType(BadInputException.class)
        .as("no wait would help")
        .isThrownBy(() -> one.take(41))
        .withMessageContaining("more heap than request-heap-bytes-max, 100 bytes");
    one.giveBack();
    one.giveBack();
    other.take(60);
    assertThat(memory.takenBytes()).isEqualTo(100);
    other.giveBack();
    assertThat(memory.takenBytes()).isZero();
  }

  @Test
  void emptyTensorsWithoutNumberAreRefusedAndTheNextCallIsAnswered() {
    byte[] inputs = new byte[100_000];
    for (int i = 0; i < inputs.length; i += 2) {
      inputs[i] = 0x2A;
    }
    assertRefused(inputs, "input_invalid: ModelInferRequest.inputs: more than 1024");
  }

  @Test
  void elementsOfOneByteAreCountedAsWhatTheyBecome() {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int i = 0; i < 60_000; i++) {
      contents.addInt64Contents(1);
    }
    assertRefused(request(contents).toByteArray(), "more heap than request-heap-bytes-max");
  }

  @Test
  void rawTextsAreCountedAsWhatTheyBecome() {
    ModelInferRequest.Builder request = request(InferTensorContents.newBuilder()).toBuilder();
    request.getInputsBuilder(0).clearContents().setShape(0, 10_000);
    request.addRawInputContents(ByteString.copyFrom(new byte[40_000]));
    assertRefused(request.build().toByteArray(), "more heap than request-heap-bytes-max");
  }

  @Test
  void compressedMessagesAreCountedAsWell() {
    ModelInferRequest.Builder large = request(text()).toBuilder();
    large.setId("x".repeat(600_000));
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> host.client().withCompression("gzip").modelInfer(large.build()))
        .withMessageContaining("more heap than request-heap-bytes-max");
    assertAnswers();
    large.setId("x".repeat(20_000));
    assertThat(host.client().withCompression("gzip").modelInfer(large.build()).getId())
        .hasSize(20_000);
  }

  @Test
  void aMessageOfUnknownLengthTakesNoMoreThanItMayHave() throws Exception {
    int bytesMax = 1 << 17;
    byte[] message =
        ModelInferRequest.newBuilder().setId("x".repeat(bytesMax - 4)).build().toByteArray();
    assertThat(message).hasSize(bytesMax);
    RequestMemory memory = new RequestMemory(4L * bytesMax);
    var _ = RequestBytes.parsed(new ByteArrayInputStream(message), bytesMax, memory.new Share());
    assertThat(memory.takenBytes()).isBetween(3L * bytesMax, 3L * bytesMax + 1_000);
  }

  /** Else it would be parsed without its end. */
  @Test
  void aMessageThatInflatesToMoreIsRefused() throws IOException {
    int bytesMax = 1 << 17;
    Limits limits = new Limits(bytesMax, 8 * HEAP_BYTES, 8192, 9, 9, 20, 10, 1, 10);
    try (TestHost small = new TestHost(root, limits, 1)) {
      ModelInferRequest.Builder large = request(text()).toBuilder();
      large.setId("x".repeat(bytesMax));
      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> small.client().withCompression("gzip").modelInfer(large.build()))
          .withMessageStartingWith("RESOURCE_EXHAUSTED");
    }
  }

  @Test
  void fieldsNobodyKnowsTakeNoMemory() {
    byte[] groups = new byte[400_000];
    for (int i = 0; i < groups.length; i += 2) {
      groups[i] = 0x7B;
      groups[i + 1] = 0x7C;
    }
    ByteString message = request(text()).toByteString().concat(ByteString.copyFrom(groups));
    assertThat(send(GRPCInferenceServiceGrpc.getModelInferMethod(), message)).isNull();
    StatusRuntimeException error =
        send(GRPCInferenceServiceGrpc.getServerLiveMethod(), ByteString.copyFrom(groups));
    assertThat(Objects.requireNonNull(error).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(error).hasMessageContaining("the message is longer than 65536 bytes");
    assertThat(host.client().serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
  }

  @Test
  void whatAnAnswerEndsIsGivenBack() {
    ModelInferRequest half = request(text()).toBuilder().setId("x".repeat(250_000)).build();
    for (int i = 0; i < 5; i++) {
      assertThat(host.client().modelInfer(half).getOutputsCount()).isEqualTo(1);
    }
  }

  @Test
  void eachMessageOfAStreamIsCountedByItself() throws InterruptedException {
    ModelInferRequest half = request(text()).toBuilder().setId("x".repeat(250_000)).build();
    assertThat(streamed(List.of(half, half, half, half))).isEqualTo(4);
    ModelInferRequest large = half.toBuilder().setId("x".repeat(600_000)).build();
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> streamed(List.of(half, large)))
        .withMessageContaining("INVALID_ARGUMENT: input_invalid: the request takes more heap");
    assertThat(streamed(List.of(half))).isEqualTo(1);
  }

  @Test
  void aStreamEndedForItsMessageIsNotAnsweredWhenItsModelGoes() throws IOException {
    ModelFolders.identity(root, "id", "2", TensorType.BYTES, 1);
    host.repository.refresh();
    ModelInferRequest large = request(text()).toBuilder().setId("x".repeat(600_000)).build();
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> streamed(List.of(request(text()), large)));
    ModelFolders.identity(root, "id", "2", TensorType.BYTES, 1);
    Files.writeString(root.resolve("id/2/README"), "changed");
    assertThat(host.repository.refresh()).isZero();
    assertAnswers();
  }

  /** Sends all of them at once, and says how many were answered. */
  private int streamed(List<ModelInferRequest> requests) throws InterruptedException {
    BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    StreamObserver<ModelInferRequest> stream =
        GRPCInferenceServiceGrpc.newStub(host.channel).modelStreamInfer(new Answers(events));
    requests.forEach(stream::onNext);
    stream.onCompleted();
    int answered = 0;
    while (true) {
      Object event = Objects.requireNonNull(events.poll(20, TimeUnit.SECONDS), "no event");
      if (event instanceof StatusRuntimeException error) {
        throw error;
      }
      if (!(event instanceof ModelStreamInferResponse)) {
        return answered;
      }
      answered++;
    }
  }

  private record Answers(BlockingQueue<Object> events)
      implements StreamObserver<ModelStreamInferResponse> {
    @Override
    public void onNext(ModelStreamInferResponse response) {
      events.add(response);
    }

    @Override
    public void onError(Throwable cause) {
      events.add(cause);
    }

    @Override
    public void onCompleted() {
      events.add("completed");
    }
  }

  private void assertRefused(byte[] rest, String why) {
    for (int i = 0; i < 3; i++) {
      StatusRuntimeException error =
          send(
              GRPCInferenceServiceGrpc.getModelInferMethod(),
              MODEL.concat(ByteString.copyFrom(rest)));
      assertThat(Objects.requireNonNull(error).getStatus().getCode())
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(error).hasMessageContaining(why);
      assertAnswers();
    }
  }

  private void assertAnswers() {
    assertThat(host.client().modelInfer(request(text())).getOutputsCount()).isEqualTo(1);
  }

  private <A, B> @Nullable StatusRuntimeException send(
      MethodDescriptor<A, B> method, ByteString message) {
    MethodDescriptor<ByteString, B> raw =
        method.toBuilder(new WrittenAsGiven(), method.getResponseMarshaller()).build();
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> ClientCalls.blockingUnaryCall(host.channel, raw, CallOptions.DEFAULT, message));
  }

  private static InferTensorContents.Builder text() {
    return InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8("a"));
  }

  private static ModelInferRequest request(InferTensorContents.Builder contents) {
    return ModelInferRequest.newBuilder()
        .setModelName("id")
        .addInputs(
            InferInputTensor.newBuilder()
                .setName("x")
                .setDatatype("BYTES")
                .addShape(1)
                .setContents(contents))
        .build();
  }
}
