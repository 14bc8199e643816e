package io.weighbridge.host.tensor;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import inference.ModelInferResponse;
import inference.ModelInferResponse.InferOutputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Writes outputs into a response: all raw or all typed, as the protocol has it. Stateless.
 *
 * <p>The answer has the form of the question. FP16 and BF16 have no typed form, so one such output
 * makes the whole answer raw.
 */
public final class TensorWriter {
  private TensorWriter() {}

  /** Appends the outputs. */
  public static void write(List<Tensor> outputs, boolean raw, ModelInferResponse.Builder response) {
    boolean allRaw = raw || outputs.stream().anyMatch(TensorWriter::isRawOnly);
    for (Tensor tensor : outputs) {
      InferOutputTensor.Builder out =
          InferOutputTensor.newBuilder().setName(tensor.name()).setDatatype(tensor.type().name());
      for (long dimension : tensor.shape()) {
        out.addShape(dimension);
      }
      if (allRaw) {
        response.addRawOutputContents(rawOf(tensor));
      } else {
        out.setContents(TypedContents.write(tensor));
      }
      response.addOutputs(out);
    }
  }

  private static boolean isRawOnly(Tensor tensor) {
    return tensor.type() == TensorType.FP16 || tensor.type() == TensorType.BF16;
  }

  private static ByteString rawOf(Tensor tensor) {
    if (tensor.type() != TensorType.BYTES) {
      // Safe: nobody writes to a tensor's bytes.
      return UnsafeByteOperations.unsafeWrap(tensor.numbers());
    }
    int sizeBytes = 0;
    for (ByteString text : tensor.texts()) {
      sizeBytes = Math.addExact(sizeBytes, Math.addExact(4, text.size()));
    }
    ByteBuffer out = ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    for (ByteString text : tensor.texts()) {
      out.putInt(text.size());
      text.copyTo(out);
    }
    return UnsafeByteOperations.unsafeWrap(out.flip());
  }
}
