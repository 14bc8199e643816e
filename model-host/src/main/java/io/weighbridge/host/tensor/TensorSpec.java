package io.weighbridge.host.tensor;

import java.util.Arrays;

/**
 * What a model says of one of its tensors.
 *
 * @param shape -1 stands for a dimension of any size
 * @param maxShape largest size of each dimension that a caller may send
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared as a record; not written to.
public record TensorSpec(String name, TensorType type, long[] shape, long[] maxShape) {
  /** Bound of a dimension for which the model names none. */
  public static final long DIMENSION_MAX = Integer.MAX_VALUE;

  /** A tensor without bounds of its own. */
  public static TensorSpec unbounded(String name, TensorType type, long... shape) {
    long[] max = new long[shape.length];
    Arrays.fill(max, DIMENSION_MAX);
    return new TensorSpec(name, type, shape, max);
  }
}
