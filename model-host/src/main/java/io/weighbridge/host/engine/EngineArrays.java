package io.weighbridge.host.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.onnxruntime.engine.OrtNDArray;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import com.google.protobuf.ByteString;
import io.weighbridge.host.tensor.Tensor;
import io.weighbridge.host.tensor.TensorSpec;
import io.weighbridge.host.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Copies elements into an engine's arrays and out of them. Stateless. */
final class EngineArrays {
  private EngineArrays() {}

  /** A copy in the engine's memory. */
  static NDArray write(NDManager manager, Tensor tensor) {
    Shape shape = new Shape(tensor.shape());
    if (tensor.type() == TensorType.BYTES) {
      String[] texts = new String[tensor.texts().size()];
      for (int i = 0; i < texts.length; i++) {
        texts[i] = tensor.texts().get(i).toStringUtf8();
      }
      return manager.create(texts, StandardCharsets.UTF_8, shape);
    }
    // Direct and in native order: the one form in which the engine takes every type as it is.
    ByteBuffer content = tensor.numbers();
    ByteBuffer direct =
        ByteBuffer.allocateDirect(content.remaining()).order(ByteOrder.nativeOrder());
    direct.put(content).flip();
    return manager.create(direct, shape, DjlTypes.of(tensor.type()));
  }

  /** The same values in the type that carries this one. */
  static Tensor widen(Tensor tensor) {
    TensorType carrier = OnnxCasts.carrierOf(tensor.type());
    ByteBuffer in = tensor.numbers();
    int count = in.remaining() / tensor.type().sizeBytes();
    ByteBuffer out =
        ByteBuffer.allocate(count * carrier.sizeBytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      switch (tensor.type()) {
        case INT16 -> out.putInt(in.getShort());
        case UINT16 -> out.putInt(Short.toUnsignedInt(in.getShort()));
        case UINT32 -> out.putLong(Integer.toUnsignedLong(in.getInt()));
        case UINT64 -> out.putLong(in.getLong()); // The bits; the cast keeps them.
        default -> throw new IllegalArgumentException(tensor.type() + " needs no carrier");
      }
    }
    return Tensor.ofNumbers(tensor.name(), carrier, tensor.shape(), out.flip());
  }

  /** A copy out of the engine's memory; an output of another type or rank than declared fails. */
  static Tensor read(TensorSpec spec, NDArray array) {
    long[] shape = array.getShape().getShape();
    if (!fits(shape, spec.shape())) {
      throw new IllegalStateException(
          "output %s is %s, model.yaml says %s"
              .formatted(spec.name(), Arrays.toString(shape), Arrays.toString(spec.shape())));
    }
    if (array instanceof OrtNDArray ort) {
      return read(spec, shape, ort.getTensor());
    }
    if (spec.type() == TensorType.BYTES) {
      return Tensor.ofTexts(spec.name(), shape, texts(array.toStringArray(StandardCharsets.UTF_8)));
    }
    if (array.getDataType() != DjlTypes.of(spec.type())) {
      throw new IllegalStateException(
          "output %s is %s, model.yaml says %s"
              .formatted(spec.name(), array.getDataType(), spec.type()));
    }
    return Tensor.ofNumbers(spec.name(), spec.type(), shape, array.toByteBuffer());
  }

  /** DJL's own reading stumbles over types it has no name for, and over texts in two dimensions. */
  private static Tensor read(TensorSpec spec, long[] shape, OnnxTensor tensor) {
    TensorType found = typeOf(tensor);
    if (found != spec.type()) {
      throw new IllegalStateException(
          "output %s is %s, model.yaml says %s".formatted(spec.name(), found, spec.type()));
    }
    if (spec.type() != TensorType.BYTES) {
      return Tensor.ofNumbers(spec.name(), spec.type(), shape, tensor.getByteBuffer());
    }
    try {
      List<ByteString> texts = new ArrayList<>();
      flatten(tensor.getValue(), texts);
      return Tensor.ofTexts(spec.name(), shape, texts);
    } catch (OrtException e) {
      throw new IllegalStateException("output " + spec.name() + " cannot be read", e);
    }
  }

  private static @Nullable TensorType typeOf(OnnxTensor tensor) {
    return switch (tensor.getInfo().onnxType) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> TensorType.FP32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> TensorType.UINT8;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> TensorType.INT8;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> TensorType.UINT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> TensorType.INT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> TensorType.INT32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> TensorType.INT64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> TensorType.BYTES;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> TensorType.BOOL;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> TensorType.FP16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> TensorType.FP64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> TensorType.UINT32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> TensorType.UINT64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> TensorType.BF16;
      default -> null;
    };
  }

  private static void flatten(Object value, List<ByteString> into) {
    if (value instanceof Object[] items) {
      for (Object item : items) {
        flatten(item, into);
      }
    } else {
      into.add(ByteString.copyFromUtf8((String) value));
    }
  }

  private static List<ByteString> texts(String[] values) {
    return Arrays.stream(values).map(ByteString::copyFromUtf8).toList();
  }

  private static boolean fits(long[] shape, long[] declared) {
    if (shape.length != declared.length) {
      return false;
    }
    for (int i = 0; i < shape.length; i++) {
      if (declared[i] != -1 && declared[i] != shape[i]) {
        return false;
      }
    }
    return true;
  }
}
