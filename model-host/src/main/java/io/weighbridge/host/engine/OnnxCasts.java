package io.weighbridge.host.engine;

import com.google.protobuf.CodedOutputStream;
import io.weighbridge.host.tensor.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Makes one-node ONNX models that turn a type the engine's Java interface can carry into one it
 * cannot: it has no way to create a UINT16, UINT32 or UINT64 tensor (and DJL none for INT16), but
 * takes one that another model put out. Stateless.
 *
 * <p>The carriers hold every value of the target, and the engine's cast keeps the low bits: the
 * values arrive exactly.
 */
final class OnnxCasts {
  static final String INPUT = "in";

  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int ATTRIBUTE_TYPE_INT = 2;

  private OnnxCasts() {}

  /** The type that carries this one into the engine; itself when no cast is needed. */
  static TensorType carrierOf(TensorType type) {
    return switch (type) {
      case INT16, UINT16 -> TensorType.INT32;
      case UINT32, UINT64 -> TensorType.INT64;
      default -> type;
    };
  }

  /** The model that casts to this type from its carrier. */
  static byte[] model(TensorType to) {
    int from = OnnxCode.of(carrierOf(to));
    byte[] attribute =
        message(out -> {
          out.writeString(1, "to");
          out.writeInt64(3, OnnxCode.of(to));
          out.writeInt32(20, ATTRIBUTE_TYPE_INT);
        });
    byte[] node =
        message(out -> {
          out.writeString(1, INPUT);
          out.writeString(2, "out");
          out.writeString(4, "Cast");
          out.writeByteArray(5, attribute);
        });
    byte[] graph =
        message(out -> {
          out.writeByteArray(1, node);
          out.writeString(2, "cast");
          out.writeByteArray(11, port(INPUT, from));
          out.writeByteArray(12, port("out", OnnxCode.of(to)));
        });
    return message(out -> {
      out.writeInt64(1, IR_VERSION);
      out.writeByteArray(7, graph);
      out.writeByteArray(8, message(set -> set.writeInt64(2, OPSET)));
    });
  }

  /** A tensor of this type and any shape. */
  private static byte[] port(String name, int elementCode) {
    byte[] tensor = message(out -> out.writeInt32(1, elementCode));
    byte[] type = message(out -> out.writeByteArray(1, tensor));
    return message(out -> {
      out.writeString(1, name);
      out.writeByteArray(2, type);
    });
  }

  private interface Fields {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      fields.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }
}
