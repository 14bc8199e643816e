package io.weighbridge.host.engine;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What an ONNX file says of itself: its inputs and outputs, and whether it wants weights from other
 * files. Confined to the thread that reads.
 *
 * <p>Read from the bytes that are loaded. An external weight would be opened by the engine on its
 * own, past the hash, so a model that has one is refused.
 */
final class OnnxOutline {
  /*
   * Graphs nest through attributes, three messages each. ONNX Runtime's protobuf reads 100 messages
   * within one another, so whatever is deeper would be refused there; our stack bears this many.
   */
  private static final int GRAPHS_NESTED_MAX = 100;

  /* Field numbers of onnx.proto. */
  private static final int MODEL_GRAPH = 7;
  private static final int MODEL_FUNCTIONS = 25;
  private static final int FUNCTION_NODE = 7;
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;
  private static final int GRAPH_SPARSE = 15;
  private static final int NODE_ATTRIBUTE = 5;
  private static final Set<Integer> ATTRIBUTE_TENSORS = Set.of(5, 10);
  private static final Set<Integer> ATTRIBUTE_GRAPHS = Set.of(6, 11);
  private static final Set<Integer> ATTRIBUTE_SPARSE = Set.of(22, 23);
  private static final int TENSOR_NAME = 8;
  private static final int TENSOR_EXTERNAL_DATA = 13;
  private static final int TENSOR_DATA_LOCATION = 14;

  private final List<Port> inputs = new ArrayList<>();
  private final List<Port> outputs = new ArrayList<>();
  private final Set<String> initializers = new HashSet<>();
  private final List<String> external = new ArrayList<>();
  private int graphsOpen;

  private OnnxOutline() {}

  /**
   * One input or output.
   *
   * @param elementCode ONNX element type; 0 when it is no plain tensor
   * @param hasShape false when the model leaves the rank open
   */
  record Port(String name, int elementCode, List<Dimension> dimensions, boolean hasShape) {}

  /**
   * One dimension.
   *
   * @param size negative when the model leaves it open
   * @param symbol by which open ones are the same, or the empty string
   */
  record Dimension(long size, String symbol) {
    boolean isOpen() {
      return size < 0;
    }

    @Override
    public String toString() {
      return isOpen() ? symbol : Long.toString(size);
    }
  }

  static OnnxOutline read(byte[] onnx) throws UnusableModelException {
    OnnxOutline outline = new OnnxOutline();
    try {
      CodedInputStream in = CodedInputStream.newInstance(onnx);
      each(
          in,
          (field, body) -> {
            if (field == MODEL_GRAPH) {
              outline.graph(body, true);
            } else if (field == MODEL_FUNCTIONS) {
              each(body, (inner, node) -> outline.nodeIf(inner == FUNCTION_NODE, node));
            }
          });
    } catch (IOException e) {
      throw new UnusableModelException("not an ONNX file: " + e.getMessage(), e);
    }
    if (!outline.external.isEmpty()) {
      throw new UnusableModelException(
          "weights outside the file are not supported, since they would not be hashed: "
              + outline.external.getFirst());
    }
    return outline;
  }

  /** Inputs a caller gives: those without a value of their own. */
  List<Port> inputs() {
    return inputs.stream().filter(port -> !initializers.contains(port.name)).toList();
  }

  List<Port> outputs() {
    return List.copyOf(outputs);
  }

  private interface Visitor {
    void visit(int field, CodedInputStream body) throws IOException;
  }

  /** Visits each length-delimited field, whole or in part; skips all others. */
  private static void each(CodedInputStream in, Visitor visitor) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        if (!in.skipField(tag)) {
          throw new IOException("stray end of group");
        }
        continue;
      }
      int limit = in.pushLimit(in.readRawVarint32());
      visitor.visit(WireFormat.getTagFieldNumber(tag), in);
      in.skipRawBytes(in.getBytesUntilLimit());
      in.popLimit(limit);
    }
  }

  private void graph(CodedInputStream in, boolean top) throws IOException {
    if (graphsOpen == GRAPHS_NESTED_MAX) {
      throw new IOException(
          "its graphs are nested more than " + GRAPHS_NESTED_MAX + " deep, which no engine reads");
    }
    graphsOpen++;
    each(
        in,
        (field, body) -> {
          switch (field) {
            case GRAPH_NODE -> nodeIf(true, body);
            case GRAPH_INITIALIZER -> tensor(body, top);
            case GRAPH_SPARSE -> each(body, (inner, values) -> tensor(values, false));
            case GRAPH_INPUT -> portIf(top, body, inputs);
            case GRAPH_OUTPUT -> portIf(top, body, outputs);
            default -> {}
          }
        });
    graphsOpen--;
  }

  private void nodeIf(boolean wanted, CodedInputStream in) throws IOException {
    if (wanted) {
      each(
          in,
          (field, attribute) -> {
            if (field == NODE_ATTRIBUTE) {
              attribute(attribute);
            }
          });
    }
  }

  private void attribute(CodedInputStream in) throws IOException {
    each(
        in,
        (field, body) -> {
          if (ATTRIBUTE_TENSORS.contains(field)) {
            tensor(body, false);
          } else if (ATTRIBUTE_GRAPHS.contains(field)) {
            graph(body, false);
          } else if (ATTRIBUTE_SPARSE.contains(field)) {
            each(body, (inner, values) -> tensor(values, false));
          }
        });
  }

  private void tensor(CodedInputStream in, boolean initializer) throws IOException {
    String name = "";
    boolean elsewhere = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      int wire = WireFormat.getTagWireType(tag);
      if (field == TENSOR_NAME && wire == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        name = in.readString();
      } else if (field == TENSOR_DATA_LOCATION && wire == WireFormat.WIRETYPE_VARINT) {
        elsewhere |= in.readRawVarint64() != 0;
      } else {
        elsewhere |= field == TENSOR_EXTERNAL_DATA;
        in.skipField(tag);
      }
    }
    if (elsewhere) {
      external.add(name);
    }
    if (initializer) {
      initializers.add(name);
    }
  }

  private static void portIf(boolean wanted, CodedInputStream in, List<Port> ports)
      throws IOException {
    if (!wanted) {
      return;
    }
    String[] name = {""};
    int[] code = {0};
    boolean[] shaped = {false};
    List<Dimension> dimensions = new ArrayList<>();
    each(
        in,
        (field, body) -> {
          if (field == 1) {
            name[0] = rest(body);
          } else if (field == 2) { // type
            each(body, (kind, tensor) -> tensorType(kind, tensor, code, shaped, dimensions));
          }
        });
    ports.add(new Port(name[0], code[0], List.copyOf(dimensions), shaped[0]));
  }

  /** TypeProto.tensor_type = 1: elem_type = 1, shape = 2, whose dim = 1. */
  private static void tensorType(
      int kind, CodedInputStream in, int[] code, boolean[] shaped, List<Dimension> dimensions)
      throws IOException {
    if (kind != 1) {
      return;
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == (1 << 3 | WireFormat.WIRETYPE_VARINT)) {
        code[0] = in.readRawVarint32();
      } else if (tag == (2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
        shaped[0] = true;
        int limit = in.pushLimit(in.readRawVarint32());
        each(in, (field, dimension) -> dimensions.add(dimension(dimension)));
        in.popLimit(limit);
      } else {
        in.skipField(tag);
      }
    }
  }

  /** Dimension: dim_value = 1 (a number) or dim_param = 2 (a symbol). */
  private static Dimension dimension(CodedInputStream in) throws IOException {
    Dimension last = new Dimension(-1, "");
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == (1 << 3 | WireFormat.WIRETYPE_VARINT)) {
        last = new Dimension(in.readRawVarint64(), "");
      } else if (tag == (2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
        last = new Dimension(-1, in.readString());
      } else {
        in.skipField(tag);
      }
    }
    return last;
  }

  private static String rest(CodedInputStream in) throws IOException {
    return new String(in.readRawBytes(in.getBytesUntilLimit()), StandardCharsets.UTF_8);
  }
}
