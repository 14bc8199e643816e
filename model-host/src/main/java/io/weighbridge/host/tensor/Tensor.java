package io.weighbridge.host.tensor;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A tensor's elements with name, type and shape. Immutable: nobody writes to what it holds. */
public final class Tensor {
  private final String name;
  private final TensorType type;
  private final long[] shape;
  private final ByteBuffer numbers;
  private final List<ByteString> texts;

  private Tensor(
      String name, TensorType type, long[] shape, ByteBuffer numbers, List<ByteString> texts) {
    this.name = name;
    this.type = type;
    this.shape = shape;
    this.numbers = numbers;
    this.texts = texts;
  }

  /**
   * A tensor of fixed-size elements.
   *
   * @param content little-endian, row-major, from position to limit
   */
  public static Tensor ofNumbers(String name, TensorType type, long[] shape, ByteBuffer content) {
    ByteBuffer little = content.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (type == TensorType.BYTES || little.remaining() != count(shape) * type.sizeBytes()) {
      throw new IllegalArgumentException(
          name + ": " + little.remaining() + " bytes do not fit " + describe(type, shape));
    }
    return new Tensor(name, type, shape, little, List.of());
  }

  /** A tensor of type BYTES, row-major. */
  public static Tensor ofTexts(String name, long[] shape, List<ByteString> texts) {
    if (texts.size() != count(shape)) {
      throw new IllegalArgumentException(
          name + ": " + texts.size() + " elements do not fit " + describe(TensorType.BYTES, shape));
    }
    return new Tensor(name, TensorType.BYTES, shape, ByteBuffer.allocate(0), List.copyOf(texts));
  }

  /** Name in the request or the model. */
  public String name() {
    return name;
  }

  /** Type of its elements. */
  public TensorType type() {
    return type;
  }

  /** Its shape; not to be written to. */
  public long[] shape() {
    return shape;
  }

  /** The elements of every type but BYTES: a view of its own, little-endian. */
  public ByteBuffer numbers() {
    return numbers.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements of a BYTES tensor. */
  public List<ByteString> texts() {
    return texts;
  }

  /** The same tensor under another name. */
  public Tensor named(String other) {
    return new Tensor(other, type, shape, numbers, texts);
  }

  /** Elements of a shape; a scalar has one. */
  public static long count(long[] shape) {
    long count = 1;
    for (long dimension : shape) {
      count = Math.multiplyExact(count, dimension);
    }
    return count;
  }

  /** As {@code INT64 [-1, 4]}. */
  public static String describe(TensorType type, long[] shape) {
    return type + " " + Arrays.toString(shape);
  }

  @Override
  public String toString() {
    return name + ": " + describe(type, shape);
  }
}
