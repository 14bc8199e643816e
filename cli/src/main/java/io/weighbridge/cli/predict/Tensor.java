package io.weighbridge.cli.predict;

import com.google.protobuf.ByteString;
import inference.InferTensorContents;
import inference.ModelInferResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One output of a model, as numbers or text. Immutable.
 *
 * @param values boxed: for showing, not for computing at scale
 */
public record Tensor(String name, String datatype, List<Long> shape, List<Object> values) {

  public Tensor {
    shape = List.copyOf(shape);
    values = List.copyOf(values);
  }

  /** Every output of an answer, raw or typed. */
  public static List<Tensor> outputs(ModelInferResponse response) {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < response.getOutputsCount(); i++) {
      ModelInferResponse.InferOutputTensor output = response.getOutputs(i);
      List<Object> values =
          i < response.getRawOutputContentsCount()
              ? raw(output.getDatatype(), response.getRawOutputContents(i))
              : typed(output.getContents());
      tensors.add(
          new Tensor(output.getName(), output.getDatatype(), output.getShapeList(), values));
    }
    return tensors;
  }

  private static List<Object> typed(InferTensorContents contents) {
    List<Object> values = new ArrayList<>();
    values.addAll(contents.getBoolContentsList());
    values.addAll(contents.getIntContentsList());
    values.addAll(contents.getInt64ContentsList());
    values.addAll(contents.getUintContentsList());
    values.addAll(contents.getUint64ContentsList());
    values.addAll(contents.getFp32ContentsList());
    values.addAll(contents.getFp64ContentsList());
    contents.getBytesContentsList().forEach(bytes -> values.add(bytes.toStringUtf8()));
    return values;
  }

  private static List<Object> raw(String datatype, ByteString bytes) {
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<Object> values = new ArrayList<>();
    while (buffer.hasRemaining()) {
      values.add(element(datatype, buffer));
    }
    return values;
  }

  private static Object element(String datatype, ByteBuffer buffer) {
    return switch (datatype) {
      case "BOOL" -> buffer.get() != 0;
      case "INT8" -> buffer.get();
      case "UINT8" -> Byte.toUnsignedInt(buffer.get());
      case "INT16" -> buffer.getShort();
      case "UINT16" -> Short.toUnsignedInt(buffer.getShort());
      case "INT32" -> buffer.getInt();
      case "UINT32" -> Integer.toUnsignedLong(buffer.getInt());
      case "INT64" -> buffer.getLong();
      case "UINT64" -> Long.toUnsignedString(buffer.getLong());
      case "FP16" -> Float.float16ToFloat(buffer.getShort());
      case "BF16" -> Float.intBitsToFloat(Short.toUnsignedInt(buffer.getShort()) << 16);
      case "FP32" -> buffer.getFloat();
      case "FP64" -> buffer.getDouble();
      case "BYTES" -> text(buffer);
      default -> throw new IllegalArgumentException("unknown datatype " + datatype);
    };
  }

  private static String text(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.getInt()];
    buffer.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
