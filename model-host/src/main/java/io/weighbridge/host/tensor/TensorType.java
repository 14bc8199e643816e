package io.weighbridge.host.tensor;

import org.jspecify.annotations.Nullable;

/** The data types of the Open Inference Protocol, under the protocol's names. */
public enum TensorType {
  BOOL(1),
  UINT8(1),
  UINT16(2),
  UINT32(4),
  UINT64(8),
  INT8(1),
  INT16(2),
  INT32(4),
  INT64(8),
  FP16(2),
  BF16(2),
  FP32(4),
  FP64(8),
  /** Elements of any length. */
  BYTES(0);

  private final int sizeBytes;

  TensorType(int sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  /** Bytes of one element; 0 for {@link #BYTES}. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** The type of this name, or null. */
  public static @Nullable TensorType find(String name) {
    for (TensorType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }
}
