package io.weighbridge.cli.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferResponse;
import io.weighbridge.cli.terminal.CliException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InputTensorsTest {

  @Test
  void takesTheShapeFromTheArrays() {
    InferInputTensor tensor = InputTensors.parse("input_ids=[[1,2,3],[4,5,6]]");

    assertThat(tensor.getName()).isEqualTo("input_ids");
    assertThat(tensor.getDatatype()).isEqualTo("INT64");
    assertThat(tensor.getShapeList()).containsExactly(2L, 3L);
    assertThat(tensor.getContents().getInt64ContentsList()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void takesTheTypeFromTheValuesUnlessTold() {
    assertThat(InputTensors.parse("x=[1,2.5]").getDatatype()).isEqualTo("FP32");
    assertThat(InputTensors.parse("x=[\"a\"]").getDatatype()).isEqualTo("BYTES");
    assertThat(InputTensors.parse("x=[true]").getDatatype()).isEqualTo("BOOL");
    assertThat(InputTensors.parse("x=7").getShapeList()).containsExactly(1L);
    assertThat(InputTensors.parse("x:FP64=[1]").getContents().getFp64ContentsList())
        .containsExactly(1.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "=1",
        "x=[",
        "x=[[1],2]",
        "x=[[1],[2,3]]",
        "x=[]",
        "x:INT8=[\"a\"]",
        "x:FP16=[1]",
        "x=[1,[2]]"
      })
  void refusesWhatIsNoTensor(String text) {
    assertThatThrownBy(() -> InputTensors.parse(text)).isInstanceOf(CliException.class);
  }

  @Test
  void readsRawOutputs() {
    ByteBuffer raw =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(1.5f).putFloat(-2f);
    ModelInferResponse.Builder response = ModelInferResponse.newBuilder();
    response.addOutputsBuilder().setName("y").setDatatype("FP32").addShape(2);
    response.addRawOutputContents(ByteString.copyFrom(raw.flip()));

    assertThat(Tensor.outputs(response.build()))
        .containsExactly(new Tensor("y", "FP32", List.of(2L), List.of(1.5f, -2f)));
  }
}
