package io.weighbridge.host.tensor;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the inputs of a request and checks each against what the model says. Stateless. */
public final class TensorReader {
  private static final int LENGTH_PREFIX_BYTES = 4;

  private TensorReader() {}

  /** Whether the caller sends its elements raw, and so wants them raw. */
  public static boolean isRaw(ModelInferRequest request) {
    return request.getRawInputContentsCount() > 0;
  }

  /**
   * Reads one input.
   *
   * @param index its place among the request's inputs, and so among raw_input_contents
   */
  public static Tensor read(ModelInferRequest request, int index, TensorSpec spec)
      throws BadInputException {
    InferInputTensor input = request.getInputs(index);
    long[] shape = checkedShape(input, spec);
    if (!isRaw(request)) {
      return TypedContents.read(input, spec, shape);
    }
    if (input.hasContents()) {
      throw new BadInputException(
          "input " + spec.name() + ": raw_input_contents and contents are both given");
    }
    ByteString raw = request.getRawInputContents(index);
    return spec.type() == TensorType.BYTES
        ? readTexts(spec, shape, raw)
        : readNumbers(spec, shape, raw);
  }

  private static long[] checkedShape(InferInputTensor input, TensorSpec spec)
      throws BadInputException {
    if (!input.getDatatype().equals(spec.type().name())) {
      throw new BadInputException(
          "input %s: expected datatype %s, found \"%s\""
              .formatted(spec.name(), spec.type(), input.getDatatype()));
    }
    long[] shape = new long[input.getShapeCount()];
    boolean fits = shape.length == spec.shape().length;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = input.getShape(i);
      fits &= shape[i] >= 1 && i < spec.shape().length && fits(shape[i], spec.shape()[i]);
    }
    if (!fits) {
      throw new BadInputException(
          "input %s: expected shape %s (-1: 1 or more), found %s"
              .formatted(spec.name(), Arrays.toString(spec.shape()), Arrays.toString(shape)));
    }
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] > spec.maxShape()[i]) {
        throw new BadInputException(
            "input %s: dimension %d is %d, at most %d"
                .formatted(spec.name(), i, shape[i], spec.maxShape()[i]));
      }
    }
    return shape;
  }

  private static boolean fits(long found, long expected) {
    return expected == -1 || found == expected;
  }

  /** Elements of a checked shape, bounded so that sizes in bytes fit an int. */
  static int count(TensorSpec spec, long[] shape) throws BadInputException {
    long count = 1;
    for (long dimension : shape) {
      count *= dimension;
      if (count > Integer.MAX_VALUE / Math.max(1, spec.type().sizeBytes())) {
        throw new BadInputException(
            "input %s: shape %s holds too many elements"
                .formatted(spec.name(), Arrays.toString(shape)));
      }
    }
    return (int) count;
  }

  private static Tensor readNumbers(TensorSpec spec, long[] shape, ByteString raw)
      throws BadInputException {
    int expected = count(spec, shape) * spec.type().sizeBytes();
    if (raw.size() != expected) {
      throw new BadInputException(
          "input %s: expected %d bytes for %s, found %d"
              .formatted(spec.name(), expected, Tensor.describe(spec.type(), shape), raw.size()));
    }
    if (spec.type() == TensorType.BOOL) {
      for (int i = 0; i < expected; i++) {
        if ((raw.byteAt(i) & 0xFE) != 0) {
          throw new BadInputException(
              "input %s: element %d is the byte %d, a BOOL is 0 or 1"
                  .formatted(spec.name(), i, raw.byteAt(i) & 0xFF));
        }
      }
    }
    return Tensor.ofNumbers(spec.name(), spec.type(), shape, raw.asReadOnlyByteBuffer());
  }

  private static Tensor readTexts(TensorSpec spec, long[] shape, ByteString raw)
      throws BadInputException {
    int expected = count(spec, shape);
    List<ByteString> texts = new ArrayList<>(Math.min(expected, raw.size() / LENGTH_PREFIX_BYTES));
    ByteBuffer view = raw.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while (at < raw.size()) {
      int left = raw.size() - at - LENGTH_PREFIX_BYTES;
      int length = left < 0 ? -1 : view.getInt(at);
      if (length < 0 || length > left) {
        throw new BadInputException(
            "input %s: the length of element %d overruns the %d bytes given"
                .formatted(spec.name(), texts.size(), raw.size()));
      }
      at += LENGTH_PREFIX_BYTES;
      texts.add(raw.substring(at, at + length));
      at += length;
    }
    if (texts.size() != expected) {
      throw new BadInputException(
          "input %s: expected %d elements for shape %s, found %d"
              .formatted(spec.name(), expected, Arrays.toString(shape), texts.size()));
    }
    return Tensor.ofTexts(spec.name(), shape, texts);
  }
}
