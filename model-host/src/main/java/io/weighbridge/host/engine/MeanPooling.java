package io.weighbridge.host.engine;

import io.weighbridge.host.tensor.Tensor;
import io.weighbridge.host.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The mean of a text's token vectors, those under the mask only. Stateless. */
public final class MeanPooling {
  /* As in sentence-transformers: keeps a fully masked row finite. */
  private static final double SMALLEST_NORM = 1e-12;

  private MeanPooling() {}

  /**
   * Pools FP32 [n, t, d] into [n, d].
   *
   * @param mask INT64 [n, t]; 0 leaves a token out
   * @param normalize whether each result is divided by its Euclidean length
   */
  public static Tensor pool(Tensor hidden, Tensor mask, String name, boolean normalize) {
    int texts = Math.toIntExact(hidden.shape()[0]);
    int tokens = Math.toIntExact(hidden.shape()[1]);
    int width = Math.toIntExact(hidden.shape()[2]);
    ByteBuffer vectors = hidden.numbers();
    ByteBuffer weights = mask.numbers();
    ByteBuffer out =
        ByteBuffer.allocate(texts * width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    double[] sum = new double[width];
    for (int text = 0; text < texts; text++) {
      Arrays.fill(sum, 0);
      int counted = 0;
      for (int token = 0; token < tokens; token++) {
        int row = text * tokens + token;
        if (weights.getLong(row * Long.BYTES) != 0) {
          counted++;
          add(vectors, row * width * Float.BYTES, sum);
        }
      }
      finish(sum, Math.max(1, counted), normalize, out);
    }
    return Tensor.ofNumbers(name, TensorType.FP32, new long[] {texts, width}, out.flip());
  }

  private static void add(ByteBuffer vectors, int from, double[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += vectors.getFloat(from + i * Float.BYTES);
    }
  }

  private static void finish(double[] sum, int counted, boolean normalize, ByteBuffer out) {
    double squares = 0;
    for (double value : sum) {
      squares += value / counted * (value / counted);
    }
    double divisor = normalize ? counted * Math.max(Math.sqrt(squares), SMALLEST_NORM) : counted;
    for (double value : sum) {
      out.putFloat((float) (value / divisor));
    }
  }
}
