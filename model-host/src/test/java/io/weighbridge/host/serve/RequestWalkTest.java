package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import inference.InferParameter;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import io.weighbridge.host.tensor.BadInputException;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class RequestWalkTest {
  private static final InferParameter ONE = InferParameter.newBuilder().setInt64Param(1).build();

  @Test
  void boundsWhateverRepeats() {
    assertBound(
        RequestWalk.TENSORS_MAX,
        "ModelInferRequest.inputs",
        (request, _) -> request.addInputs(InferInputTensor.getDefaultInstance()));
    assertBound(
        RequestWalk.TENSORS_MAX,
        "ModelInferRequest.outputs",
        (request, _) -> request.addOutputs(InferRequestedOutputTensor.getDefaultInstance()));
    assertBound(
        RequestWalk.TENSORS_MAX,
        "ModelInferRequest.raw_input_contents",
        (request, _) -> request.addRawInputContents(ByteString.EMPTY));
    assertBound(
        RequestWalk.PARAMETERS_MAX,
        "ModelInferRequest.parameters",
        (request, i) -> request.putParameters("p" + i, ONE));
    assertBound(
        RequestWalk.PARAMETERS_MAX,
        "InferInputTensor.parameters",
        (request, i) -> first(request).putParameters("p" + i, ONE));
    assertBound(
        RequestWalk.PARAMETERS_MAX,
        "InferRequestedOutputTensor.parameters",
        (request, i) -> {
          if (request.getOutputsCount() == 0) {
            request.addOutputsBuilder();
          }
          request.getOutputsBuilder(0).putParameters("p" + i, ONE);
        });
    assertBound(
        RequestWalk.DIMENSIONS_MAX,
        "InferInputTensor.shape",
        (request, _) -> first(request).addShape(1));
  }

  @Test
  void countsDimensionsThatAreNotPackedAsWell() {
    byte[] input = new byte[2 + 2 * (RequestWalk.DIMENSIONS_MAX + 1)];
    Arrays.fill(input, (byte) 0x18);
    input[0] = 0x2A;
    input[1] = (byte) (input.length - 2);
    assertThatExceptionOfType(BadInputException.class)
        .isThrownBy(() -> walk(ByteString.copyFrom(input)))
        .withMessage("InferInputTensor.shape: more than 32");
  }

  @Test
  void countsHeapByElementsAndNotByBytes() throws Exception {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int i = 0; i < 1000; i++) {
      contents.addInt64Contents(1).addFp32Contents(1).addBoolContents(true);
      contents.addBytesContents(ByteString.EMPTY);
    }
    long bytes = heapOf(contents);
    assertThat(bytes).isBetween(1000 * (20 + 10 + 2 + 128L), 1000 * (20 + 10 + 2 + 128L) + 2000);
    InferTensorContents.Builder wide = InferTensorContents.newBuilder();
    for (int i = 0; i < 1000; i++) {
      wide.addInt64Contents(-1);
    }
    assertThat(heapOf(wide)).as("ten bytes each").isBetween(20_000L, 22_000L);
  }

  @Test
  void countsTheElementsOfRawTexts() {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder();
    request.addInputsBuilder().setDatatype("BYTES");
    request.addInputsBuilder().setDatatype("INT8");
    ByteString thousand = ByteString.copyFrom(new byte[4000]);
    request.addRawInputContents(thousand).addRawInputContents(thousand);
    assertThat(RequestWalk.rawTextsBytes(request.build())).isEqualTo(1000 * 128 + 2 * 4000);
    ByteString overrun = ByteString.copyFrom(new byte[] {-1, -1, -1, -1, 0, 0});
    request.setRawInputContents(0, overrun);
    assertThat(RequestWalk.rawTextsBytes(request.build())).isEqualTo(128 + 2 * 6);
  }

  @Test
  void bytesThatAreNoRequestAreMalformed() {
    for (byte[] bad :
        new byte[][] {{0x2A, 5, 1}, {0x0C}, {0x0B}, {0x02}, {0x2A, -1, -1, -1, -1, 15}}) {
      assertThatExceptionOfType(InvalidProtocolBufferException.class)
          .isThrownBy(() -> walk(ByteString.copyFrom(bad)));
    }
  }

  private static void assertBound(
      int most, String field, BiConsumer<ModelInferRequest.Builder, Integer> add) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder();
    for (int i = 0; i < most; i++) {
      add.accept(request, i);
    }
    assertThatCode(() -> walk(request.build().toByteString())).doesNotThrowAnyException();
    add.accept(request, most);
    assertThatExceptionOfType(BadInputException.class)
        .isThrownBy(() -> walk(request.build().toByteString()))
        .withMessage(field + ": more than " + most);
  }

  private static InferInputTensor.Builder first(ModelInferRequest.Builder request) {
    return request.getInputsCount() == 0 ? request.addInputsBuilder() : request.getInputsBuilder(0);
  }

  private static long heapOf(InferTensorContents.Builder contents) throws Exception {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder();
    request.addInputsBuilder().setContents(contents);
    return walk(request.build().toByteString());
  }

  private static long walk(ByteString message) throws Exception {
    return RequestWalk.heapBytes(message.toByteArray(), message.size());
  }
}
