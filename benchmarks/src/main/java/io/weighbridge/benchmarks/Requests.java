package io.weighbridge.benchmarks;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;

/** Makes requests as callers send them. */
final class Requests {
  /** Raw tensor of the usual small request. */
  static final int TENSOR_BYTES = 1024;

  private Requests() {}

  /** A serialised ModelInferRequest with one raw tensor, and no version: the split decides. */
  static byte[] infer(String model, int tensorBytes) {
    return ModelInferRequest.newBuilder()
        .setModelName(model)
        .addInputs(
            InferInputTensor.newBuilder()
                .setName("input")
                .setDatatype("UINT8")
                .addShape(tensorBytes))
        .addRawInputContents(ByteString.copyFrom(new byte[tensorBytes]))
        .build()
        .toByteArray();
  }
}
