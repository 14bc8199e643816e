package io.weighbridge.host.engine;

import io.weighbridge.host.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/** The numbers ONNX gives to element types (onnx.proto, TensorProto.DataType). Stateless. */
final class OnnxCode {
  private OnnxCode() {}

  static int of(TensorType type) {
    return switch (type) {
      case FP32 -> 1;
      case UINT8 -> 2;
      case INT8 -> 3;
      case UINT16 -> 4;
      case INT16 -> 5;
      case INT32 -> 6;
      case INT64 -> 7;
      case BYTES -> 8;
      case BOOL -> 9;
      case FP16 -> 10;
      case FP64 -> 11;
      case UINT32 -> 12;
      case UINT64 -> 13;
      case BF16 -> 16;
    };
  }

  /** The type of this number, or null for those the protocol does not have (complex, FP8, INT4). */
  static @Nullable TensorType find(int code) {
    for (TensorType type : TensorType.values()) {
      if (of(type) == code) {
        return type;
      }
    }
    return null;
  }
}
