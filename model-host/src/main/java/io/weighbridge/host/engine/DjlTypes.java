package io.weighbridge.host.engine;

import ai.djl.ndarray.types.DataType;
import io.weighbridge.host.tensor.TensorType;

/** DJL's names for the protocol's types. Stateless. */
final class DjlTypes {
  private DjlTypes() {}

  static DataType of(TensorType type) {
    return switch (type) {
      case BOOL -> DataType.BOOLEAN;
      case UINT8 -> DataType.UINT8;
      case UINT16 -> DataType.UINT16;
      case UINT32 -> DataType.UINT32;
      case UINT64 -> DataType.UINT64;
      case INT8 -> DataType.INT8;
      case INT16 -> DataType.INT16;
      case INT32 -> DataType.INT32;
      case INT64 -> DataType.INT64;
      case FP16 -> DataType.FLOAT16;
      case BF16 -> DataType.BFLOAT16;
      case FP32 -> DataType.FLOAT32;
      case FP64 -> DataType.FLOAT64;
      case BYTES -> DataType.STRING;
    };
  }
}
