package io.weighbridge.host.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.host.tensor.Tensor;
import io.weighbridge.host.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class MeanPoolingTest {
  @Test
  void takesTheMeanOfTheTokensUnderTheMask() {
    Tensor hidden = floats(new long[] {2, 2, 2}, 1, 2, 3, 4, 5, 6, 100, 100);
    Tensor mask = longs(new long[] {2, 2}, 1, 1, 1, 0);
    assertThat(values(MeanPooling.pool(hidden, mask, "e", false))).containsExactly(2, 3, 5, 6);
  }

  @Test
  void normalizesToLengthOne() {
    Tensor hidden = floats(new long[] {1, 1, 2}, 3, 4);
    Tensor mask = longs(new long[] {1, 1}, 1);
    Tensor pooled = MeanPooling.pool(hidden, mask, "e", true);
    assertThat(values(pooled)).containsExactly(0.6f, 0.8f);
    assertThat(pooled.name()).isEqualTo("e");
    assertThat(pooled.shape()).containsExactly(1, 2);
  }

  @Test
  void aFullyMaskedTextIsZeroAndNotNan() {
    Tensor hidden = floats(new long[] {1, 1, 2}, 3, 4);
    Tensor mask = longs(new long[] {1, 1}, 0);
    assertThat(values(MeanPooling.pool(hidden, mask, "e", true))).containsExactly(0, 0);
  }

  private static Tensor floats(long[] shape, float... values) {
    ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      out.putFloat(value);
    }
    return Tensor.ofNumbers("h", TensorType.FP32, shape, out.flip());
  }

  private static Tensor longs(long[] shape, long... values) {
    ByteBuffer out = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      out.putLong(value);
    }
    return Tensor.ofNumbers("m", TensorType.INT64, shape, out.flip());
  }

  private static float[] values(Tensor tensor) {
    float[] values = new float[tensor.numbers().remaining() / 4];
    tensor.numbers().asFloatBuffer().get(values);
    return values;
  }
}
