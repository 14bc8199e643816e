package io.weighbridge.host;

import com.google.protobuf.CodedOutputStream;
import io.weighbridge.host.tensor.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Writes small ONNX models by hand, field by field of onnx.proto. Confined to one test. */
public final class OnnxFiles {
  private static final int OPSET = 19;

  private final List<byte[]> nodes = new ArrayList<>();
  private final List<byte[]> initializers = new ArrayList<>();
  private final List<byte[]> inputs = new ArrayList<>();
  private final List<byte[]> outputs = new ArrayList<>();

  /** A model whose output {@code y} is its input {@code x}, of any shape with this rank. */
  public static byte[] identity(TensorType type, int rank) {
    String[] dimensions = new String[rank];
    for (int i = 0; i < rank; i++) {
      dimensions[i] = "d" + i;
    }
    return new OnnxFiles()
        .input("x", type, dimensions)
        .output("y", type, dimensions)
        .node("Identity", List.of("x"), "y")
        .build();
  }

  /** A model that adds the constant {@code w} to its FP32 input {@code x} of shape [n]. */
  public static byte[] addConstant(float w) {
    return new OnnxFiles()
        .input("x", TensorType.FP32, "n")
        .output("y", TensorType.FP32, "n")
        .constant("w", w)
        .node("Add", List.of("x", "w"), "y")
        .build();
  }

  public OnnxFiles input(String name, TensorType type, String... dimensions) {
    inputs.add(port(name, type, dimensions));
    return this;
  }

  public OnnxFiles output(String name, TensorType type, String... dimensions) {
    outputs.add(port(name, type, dimensions));
    return this;
  }

  public OnnxFiles node(String operator, List<String> from, String to) {
    nodes.add(
        message(out -> {
          for (String name : from) {
            out.writeString(1, name);
          }
          out.writeString(2, to);
          out.writeString(4, operator);
        }));
    return this;
  }

  /** An FP32 value of one element in the file itself. */
  public OnnxFiles constant(String name, float value) {
    initializers.add(
        message(out -> {
          out.writeInt64(1, 1); // dims
          out.writeInt32(2, 1); // FLOAT
          out.writeString(8, name);
          ByteArrayOutputStream raw = new ByteArrayOutputStream();
          CodedOutputStream bytes = CodedOutputStream.newInstance(raw);
          bytes.writeFloatNoTag(value);
          bytes.flush();
          out.writeByteArray(9, raw.toByteArray());
        }));
    return this;
  }

  /** A text of one element in the file itself. */
  public OnnxFiles constant(String name, String value) {
    initializers.add(
        message(out -> {
          out.writeInt64(1, 1); // dims
          out.writeInt32(2, 8); // STRING
          out.writeString(6, value);
          out.writeString(8, name);
        }));
    return this;
  }

  /** An FP32 value whose bytes stand in another file. */
  public OnnxFiles externalConstant(String name, String file) {
    byte[] location =
        message(out -> {
          out.writeString(1, "location");
          out.writeString(2, file);
        });
    initializers.add(
        message(out -> {
          out.writeInt64(1, 1);
          out.writeInt32(2, 1);
          out.writeString(8, name);
          out.writeByteArray(13, location);
          out.writeInt32(14, 1);
        }));
    return this;
  }

  public byte[] build() {
    byte[] graph =
        message(out -> {
          for (byte[] node : nodes) {
            out.writeByteArray(1, node);
          }
          out.writeString(2, "g");
          for (byte[] initializer : initializers) {
            out.writeByteArray(5, initializer);
          }
          for (byte[] input : inputs) {
            out.writeByteArray(11, input);
          }
          for (byte[] output : outputs) {
            out.writeByteArray(12, output);
          }
        });
    return message(out -> {
      out.writeInt64(1, 9); // ir_version
      out.writeByteArray(7, graph);
      out.writeByteArray(8, message(set -> set.writeInt64(2, OPSET)));
    });
  }

  /** A model of nothing but graphs, each in an attribute of the one before. */
  public static byte[] nestedGraphs(int count) {
    byte[] graph = {};
    for (int i = 1; i < count; i++) {
      byte[] inner = graph;
      byte[] attribute = message(out -> out.writeByteArray(6, inner));
      byte[] node = message(out -> out.writeByteArray(5, attribute));
      graph = message(out -> out.writeByteArray(1, node));
    }
    byte[] outermost = graph;
    return message(out -> out.writeByteArray(7, outermost));
  }

  /** A dimension that is a number is written as one, any other is a symbol. */
  private static byte[] port(String name, TensorType type, String... dimensions) {
    byte[] shape =
        message(out -> {
          for (String dimension : dimensions) {
            boolean fixed = dimension.matches("-?[0-9]+");
            out.writeByteArray(
                1,
                message(dim -> {
                  if (fixed) {
                    dim.writeInt64(1, Long.parseLong(dimension));
                  } else {
                    dim.writeString(2, dimension);
                  }
                }));
          }
        });
    byte[] tensor =
        message(out -> {
          out.writeInt32(1, code(type));
          out.writeByteArray(2, shape);
        });
    return message(out -> {
      out.writeString(1, name);
      out.writeByteArray(2, message(kind -> kind.writeByteArray(1, tensor)));
    });
  }

  /** TensorProto.DataType, told apart from the main code's own table on purpose. */
  private static int code(TensorType type) {
    List<TensorType> order =
        List.of(
            TensorType.FP32,
            TensorType.UINT8,
            TensorType.INT8,
            TensorType.UINT16,
            TensorType.INT16,
            TensorType.INT32,
            TensorType.INT64,
            TensorType.BYTES,
            TensorType.BOOL,
            TensorType.FP16,
            TensorType.FP64,
            TensorType.UINT32,
            TensorType.UINT64);
    return type == TensorType.BF16 ? 16 : order.indexOf(type) + 1;
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
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
