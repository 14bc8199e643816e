package io.weighbridge.cli.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import inference.InferTensorContents;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferResponse;
import io.weighbridge.cli.terminal.CliException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @ParameterizedTest
  @CsvSource({
    "INT8, -128, 127",
    "INT16, -32768, 32767",
    "INT32, -2147483648, 2147483647",
    "INT64, -9223372036854775808, 9223372036854775807",
    "UINT8, 0, 255",
    "UINT16, 0, 65535",
    "UINT32, 0, 4294967295",
    "UINT64, 0, 18446744073709551615"
  })
  void takesWholeNumbersThatFitAndNoOthers(String type, BigInteger least, BigInteger most) {
    InferTensorContents contents =
        InputTensors.parse("x:" + type + "=[" + least + "," + most + "]").getContents();
    List<Long> sent = new ArrayList<>();
    contents.getIntContentsList().forEach(number -> sent.add((long) number));
    contents.getUintContentsList().forEach(number -> sent.add(Integer.toUnsignedLong(number)));
    sent.addAll(contents.getInt64ContentsList());
    sent.addAll(contents.getUint64ContentsList());
    assertThat(sent).containsExactly(least.longValue(), most.longValue());

    for (BigInteger beyond : List.of(least.subtract(BigInteger.ONE), most.add(BigInteger.ONE))) {
      assertThatThrownBy(() -> InputTensors.parse("x:" + type + "=[[1,2],[3," + beyond + "]]"))
          .isInstanceOfSatisfying(
              CliException.class,
              refused ->
                  assertThat(refused.why())
                      .isEqualTo(
                          "input x[1][1] is %s; %s takes %s to %s", beyond, type, least, most));
    }
  }

  @Test
  void takesRealNumbersThatFitAndNoOthers() {
    assertThat(InputTensors.parse("x=[3.4028235e38,-3.4028235e38,1e-300]").getContents())
        .extracting(InferTensorContents::getFp32ContentsList)
        .isEqualTo(List.of(Float.MAX_VALUE, -Float.MAX_VALUE, 0f));
    for (String beyond : List.of("x=[1,3.5e38]", "x:FP32=[1,-1e300]", "x:FP64=[1,1e400]")) {
      assertThatThrownBy(() -> InputTensors.parse(beyond))
          .isInstanceOfSatisfying(
              CliException.class,
              refused -> assertThat(refused.why()).contains("input x[1] is ", " takes -"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x:INT8=[1,\"a\"]",
        "x:INT8=[1,1.5]",
        "x:INT8=[1,1e400]",
        "x:BOOL=[true,1]",
        "x:BYTES=[\"a\",null]"
      })
  void namesTheElementThatIsOfAnotherType(String input) {
    assertThatThrownBy(() -> InputTensors.parse(input))
        .isInstanceOfSatisfying(
            CliException.class,
            refused ->
                assertThat(refused.why()).startsWith("input x[1] is ").contains(", which is no "));
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
