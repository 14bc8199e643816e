package io.weighbridge.host.tensor;

import inference.InferTensorContents;
import inference.ModelInferRequest.InferInputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Elements in the protocol's typed lists. INT8 and INT16 share a list with INT32, UINT8 and UINT16
 * with UINT32; FP16 and BF16 have none and travel raw. Stateless.
 */
final class TypedContents {
  private TypedContents() {}

  /** Reads an input; a value outside its type's range is refused, never cut. */
  static Tensor read(InferInputTensor input, TensorSpec spec, long[] shape)
      throws BadInputException {
    InferTensorContents contents = input.getContents();
    int expected = TensorReader.count(spec, shape);
    int found = countIn(contents, spec);
    if (found != expected || total(contents) != found) {
      throw new BadInputException(
          "input %s: expected %d elements in %s for %s, found %d there and %d in other fields"
              .formatted(
                  spec.name(),
                  expected,
                  fieldOf(spec.type()),
                  Tensor.describe(spec.type(), shape),
                  found,
                  total(contents) - found));
    }
    if (spec.type() == TensorType.BYTES) {
      return Tensor.ofTexts(spec.name(), shape, contents.getBytesContentsList());
    }
    ByteBuffer out =
        ByteBuffer.allocate(expected * spec.type().sizeBytes()).order(ByteOrder.LITTLE_ENDIAN);
    fill(out, contents, spec);
    return Tensor.ofNumbers(spec.name(), spec.type(), shape, out.flip());
  }

  /** Writes a tensor's elements; the type is not FP16 or BF16. */
  static InferTensorContents write(Tensor tensor) {
    InferTensorContents.Builder out = InferTensorContents.newBuilder();
    ByteBuffer in = tensor.numbers();
    int count = Math.toIntExact(Tensor.count(tensor.shape()));
    for (int i = 0; i < count; i++) {
      switch (tensor.type()) {
        case BOOL -> out.addBoolContents(in.get() != 0);
        case INT8 -> out.addIntContents(in.get());
        case INT16 -> out.addIntContents(in.getShort());
        case INT32 -> out.addIntContents(in.getInt());
        case INT64 -> out.addInt64Contents(in.getLong());
        case UINT8 -> out.addUintContents(Byte.toUnsignedInt(in.get()));
        case UINT16 -> out.addUintContents(Short.toUnsignedInt(in.getShort()));
        case UINT32 -> out.addUintContents(in.getInt());
        case UINT64 -> out.addUint64Contents(in.getLong());
        case FP32 -> out.addFp32Contents(in.getFloat());
        case FP64 -> out.addFp64Contents(in.getDouble());
        case BYTES -> out.addBytesContents(tensor.texts().get(i));
        case FP16, BF16 -> throw new IllegalArgumentException(tensor + " has no typed form");
      }
    }
    return out.build();
  }

  private static String fieldOf(TensorType type) {
    return switch (type) {
      case BOOL -> "bool_contents";
      case INT8, INT16, INT32 -> "int_contents";
      case INT64 -> "int64_contents";
      case UINT8, UINT16, UINT32 -> "uint_contents";
      case UINT64 -> "uint64_contents";
      case FP32 -> "fp32_contents";
      case FP64 -> "fp64_contents";
      case BYTES -> "bytes_contents";
      case FP16, BF16 -> "raw_input_contents";
    };
  }

  private static int countIn(InferTensorContents contents, TensorSpec spec)
      throws BadInputException {
    return switch (spec.type()) {
      case BOOL -> contents.getBoolContentsCount();
      case INT8, INT16, INT32 -> contents.getIntContentsCount();
      case INT64 -> contents.getInt64ContentsCount();
      case UINT8, UINT16, UINT32 -> contents.getUintContentsCount();
      case UINT64 -> contents.getUint64ContentsCount();
      case FP32 -> contents.getFp32ContentsCount();
      case FP64 -> contents.getFp64ContentsCount();
      case BYTES -> contents.getBytesContentsCount();
      case FP16, BF16 ->
          throw new BadInputException(
              "input " + spec.name() + ": " + spec.type() + " travels in raw_input_contents only");
    };
  }

  private static int total(InferTensorContents contents) {
    return contents.getBoolContentsCount()
        + contents.getIntContentsCount()
        + contents.getInt64ContentsCount()
        + contents.getUintContentsCount()
        + contents.getUint64ContentsCount()
        + contents.getFp32ContentsCount()
        + contents.getFp64ContentsCount()
        + contents.getBytesContentsCount();
  }

  private static void fill(ByteBuffer out, InferTensorContents contents, TensorSpec spec)
      throws BadInputException {
    switch (spec.type()) {
      case BOOL -> contents.getBoolContentsList().forEach(v -> out.put((byte) (v ? 1 : 0)));
      case INT8, INT16, INT32 -> fillInts(out, contents.getIntContentsList(), spec);
      case UINT8, UINT16, UINT32 -> fillInts(out, contents.getUintContentsList(), spec);
      case INT64 -> contents.getInt64ContentsList().forEach(out::putLong);
      case UINT64 -> contents.getUint64ContentsList().forEach(out::putLong);
      case FP32 -> contents.getFp32ContentsList().forEach(out::putFloat);
      case FP64 -> contents.getFp64ContentsList().forEach(out::putDouble);
      case FP16, BF16, BYTES -> throw new IllegalStateException(spec.type() + " is read elsewhere");
    }
  }

  private static void fillInts(ByteBuffer out, List<Integer> values, TensorSpec spec)
      throws BadInputException {
    for (int i = 0; i < values.size(); i++) {
      int value = values.get(i);
      if (!inRange(value, spec.type())) {
        throw new BadInputException(
            "input %s: element %d is %s, outside the range of %s"
                .formatted(spec.name(), i, text(value, spec.type()), spec.type()));
      }
      switch (spec.type().sizeBytes()) {
        case 1 -> out.put((byte) value);
        case 2 -> out.putShort((short) value);
        default -> out.putInt(value);
      }
    }
  }

  private static boolean inRange(int value, TensorType type) {
    return switch (type) {
      case INT8 -> value == (byte) value;
      case INT16 -> value == (short) value;
      case UINT8 -> value >>> 8 == 0;
      case UINT16 -> value >>> 16 == 0;
      default -> true;
    };
  }

  private static String text(int value, TensorType type) {
    boolean unsigned = type == TensorType.UINT8 || type == TensorType.UINT16;
    return unsigned ? Integer.toUnsignedString(value) : Integer.toString(value);
  }
}
