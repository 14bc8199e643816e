package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weighbridge.host.ModelFolders;
import io.weighbridge.host.tensor.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every type of the protocol through the wire, the engine and back, with its extreme values. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DataTypesTest {
  private TestHost host;

  @BeforeAll
  void start(@TempDir Path root) throws IOException {
    for (TensorType type : TensorType.values()) {
      ModelFolders.identity(root, "id-" + type, "1", type, 2);
      ModelFolders.identity(root, "id-scalar-" + type, "1", type, 0);
    }
    host = new TestHost(root);
  }

  @AfterAll
  void stop() {
    host.close();
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void rawElementsComeBackRawAndEqual(TensorType type) {
    ByteString raw = raw(type);
    ModelInferResponse response =
        host.client()
            .modelInfer(
                request("id-" + type, type, 2, 3).addRawInputContents(raw).setId("r-1").build());
    assertThat(response.getId()).isEqualTo("r-1");
    assertThat(response.getModelVersion()).isEqualTo("1");
    assertThat(response.getRawOutputContentsList()).containsExactly(raw);
    assertThat(response.getOutputs(0).getName()).isEqualTo("y");
    assertThat(response.getOutputs(0).getDatatype()).isEqualTo(type.name());
    assertThat(response.getOutputs(0).getShapeList()).containsExactly(2L, 3L);
    assertThat(response.getOutputs(0).hasContents()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"FP16", "BF16"})
  void typedElementsComeBackTypedAndEqual(TensorType type) {
    InferTensorContents contents = contents(type);
    ModelInferResponse response =
        host.client().modelInfer(typed("id-" + type, type, contents).build());
    assertThat(response.getRawOutputContentsCount()).isZero();
    assertThat(response.getOutputs(0).getContents()).isEqualTo(contents);
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void scalarsPass(TensorType type) {
    ByteString one =
        type == TensorType.BYTES ? texts("x") : raw(type).substring(0, type.sizeBytes());
    ModelInferResponse response =
        host.client()
            .modelInfer(request("id-scalar-" + type, type).addRawInputContents(one).build());
    assertThat(response.getRawOutputContentsList()).containsExactly(one);
    assertThat(response.getOutputs(0).getShapeList()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"FP16", "BF16"})
  void halfFloatsTravelRawOnly(TensorType type) {
    ModelInferRequest request =
        typed("id-" + type, type, InferTensorContents.newBuilder().addFp32Contents(1).build())
            .build();
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> host.client().modelInfer(request))
        .withMessageContaining("input x: " + type + " travels in raw_input_contents only")
        .satisfies(
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"INT8", "INT16", "UINT8", "UINT16"})
  void valuesOutsideTheTypeAreRefusedAndNotCut(TensorType type) {
    InferTensorContents.Builder contents = contents(type).toBuilder();
    int outside = 1 << (8 * type.sizeBytes());
    if (contents.getIntContentsCount() > 0) {
      contents.setIntContents(5, outside);
    } else {
      contents.setUintContents(5, outside);
    }
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(
            () -> host.client().modelInfer(typed("id-" + type, type, contents.build()).build()))
        .withMessageContaining("input x: element 5 is " + outside)
        .withMessageContaining("outside the range of " + type);
  }

  @Test
  void aBoolIsZeroOrOne() {
    ByteString raw = ByteString.copyFrom(new byte[] {0, 1, 0, 1, 2, 0});
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() ->
            host.client()
                .modelInfer(
                    request("id-BOOL", TensorType.BOOL, 2, 3).addRawInputContents(raw).build()))
        .withMessageContaining("element 4 is the byte 2");
  }

  private static ModelInferRequest.Builder typed(
      String model, TensorType type, InferTensorContents contents) {
    ModelInferRequest.Builder request = request(model, type, 2, 3);
    request.getInputsBuilder(0).setContents(contents);
    return request;
  }

  private static ModelInferRequest.Builder request(String model, TensorType type, long... shape) {
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder().setName("x").setDatatype(type.name());
    for (long dimension : shape) {
      input.addShape(dimension);
    }
    return ModelInferRequest.newBuilder().setModelName(model).addInputs(input);
  }

  /** Six elements with every bit pattern that a wrong width or sign would change. */
  private static ByteString raw(TensorType type) {
    return switch (type) {
      case BOOL -> ByteString.copyFrom(new byte[] {0, 1, 1, 0, 0, 1});
      case BYTES -> texts("", "a", "grün", "ﬀ and \uFFFD", "漢字", "x".repeat(1000));
      case FP16 -> shorts(0x3C00, 0xBC00, 0x7BFF, 0x0001, 0x8000, 0x7C00);
      case BF16 -> shorts(0x3F80, 0xBF80, 0x7F7F, 0x0001, 0x8000, 0x7F80);
      default -> {
        ByteBuffer out = ByteBuffer.allocate(6 * type.sizeBytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (long pattern :
            new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0x8182_8384_8586_8788L}) {
          switch (type.sizeBytes()) {
            case 1 -> out.put((byte) (pattern >>> 56));
            case 2 -> out.putShort((short) (pattern >>> 48));
            case 4 -> out.putInt((int) (pattern >>> 32));
            default -> out.putLong(pattern);
          }
        }
        yield ByteString.copyFrom(out.flip());
      }
    };
  }

  private static ByteString shorts(int... values) {
    ByteBuffer out = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      out.putShort((short) value);
    }
    return ByteString.copyFrom(out.flip());
  }

  private static ByteString texts(String... texts) {
    ByteString all = ByteString.EMPTY;
    for (String text : texts) {
      ByteString bytes = ByteString.copyFromUtf8(text);
      ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      all = all.concat(ByteString.copyFrom(length.putInt(bytes.size()).flip())).concat(bytes);
    }
    return all;
  }

  private static InferTensorContents contents(TensorType type) {
    InferTensorContents.Builder out = InferTensorContents.newBuilder();
    switch (type) {
      case BOOL -> out.addAllBoolContents(List.of(true, false, true, true, false, false));
      case INT8 -> out.addAllIntContents(List.of(0, 1, -1, -128, 127, 5));
      case INT16 -> out.addAllIntContents(List.of(0, 1, -1, -32768, 32767, 5));
      case INT32 ->
          out.addAllIntContents(List.of(0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 5));
      case INT64 ->
          out.addAllInt64Contents(List.of(0L, 1L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 5L));
      case UINT8 -> out.addAllUintContents(List.of(0, 1, 128, 254, 255, 5));
      case UINT16 -> out.addAllUintContents(List.of(0, 1, 32768, 65534, 65535, 5));
      case UINT32 -> out.addAllUintContents(List.of(0, 1, Integer.MIN_VALUE, -2, -1, 5));
      case UINT64 -> out.addAllUint64Contents(List.of(0L, 1L, Long.MIN_VALUE, -2L, -1L, 5L));
      case FP32 ->
          out.addAllFp32Contents(
              List.of(0f, -0f, 1.5f, Float.MAX_VALUE, Float.MIN_VALUE, Float.NEGATIVE_INFINITY));
      case FP64 ->
          out.addAllFp64Contents(
              List.of(0d, -0d, 1.5, Double.MAX_VALUE, Double.MIN_VALUE, Double.NEGATIVE_INFINITY));
      case BYTES ->
          List.of("", "a", "grün", "\uFFFD", "漢字", "z")
              .forEach(text -> out.addBytesContents(ByteString.copyFromUtf8(text)));
      case FP16, BF16 -> throw new IllegalArgumentException(type + " has no typed form");
    }
    return out.build();
  }
}
