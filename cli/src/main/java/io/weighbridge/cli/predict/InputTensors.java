package io.weighbridge.cli.predict;

import com.google.protobuf.ByteString;
import inference.InferTensorContents;
import inference.ModelInferRequest.InferInputTensor;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Inputs of a call, from text or from JSON typed on a command line. */
public final class InputTensors {
  private static final String EXAMPLE =
      "--input input_ids=[[101,2054,102]], or --input x:FP32=[1,2]";

  private InputTensors() {}

  /** Sentences: a BYTES tensor of one dimension. */
  public static InferInputTensor texts(String name, List<String> texts) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    texts.forEach(text -> contents.addBytesContents(ByteString.copyFromUtf8(text)));
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype("BYTES")
        .addShape(texts.size())
        .setContents(contents)
        .build();
  }

  /**
   * Reads {@code name=JSON} or {@code name:TYPE=JSON}; nested arrays give the shape. Without a
   * type, whole numbers are INT64, others FP32, text BYTES, true and false BOOL.
   */
  static InferInputTensor parse(String text) {
    int equals = text.indexOf('=');
    if (equals <= 0) {
      throw wrong("found \"" + text + "\"; an input is NAME=JSON");
    }
    String name = text.substring(0, equals);
    String type = "";
    int colon = name.lastIndexOf(':');
    if (colon > 0) {
      type = name.substring(colon + 1);
      name = name.substring(0, colon);
    }
    JsonNode json;
    try {
      json = JsonMapper.shared().readTree(text.substring(equals + 1));
    } catch (JacksonException e) {
      throw wrong("input " + name + " is no JSON: " + e.getOriginalMessage());
    }
    List<Long> shape = new ArrayList<>();
    for (JsonNode level = json; level.isArray() && !level.isEmpty(); level = level.get(0)) {
      shape.add((long) level.size());
    }
    List<JsonNode> leaves = new ArrayList<>();
    flatten(name, json, shape, 0, leaves);
    if (leaves.isEmpty()) {
      throw wrong("input " + name + " has no element");
    }
    String datatype = type.isEmpty() ? guess(leaves) : type;
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype(datatype)
        .addAllShape(shape.isEmpty() ? List.of(1L) : shape)
        .setContents(contents(name, datatype, shape, leaves))
        .build();
  }

  private static void flatten(
      String name, JsonNode json, List<Long> shape, int depth, List<JsonNode> into) {
    if (depth == shape.size()) {
      if (!json.isValueNode()) {
        throw wrong("input " + name + ": the arrays are not all of one depth");
      }
      into.add(json);
      return;
    }
    if (!json.isArray() || json.size() != shape.get(depth)) {
      throw wrong("input " + name + ": the arrays of one level are not all of one length");
    }
    for (JsonNode child : json) {
      flatten(name, child, shape, depth + 1, into);
    }
  }

  private static String guess(List<JsonNode> leaves) {
    if (leaves.getFirst().isString()) {
      return "BYTES";
    }
    if (leaves.getFirst().isBoolean()) {
      return "BOOL";
    }
    return leaves.stream().allMatch(JsonNode::isIntegralNumber) ? "INT64" : "FP32";
  }

  private static InferTensorContents contents(
      String name, String datatype, List<Long> shape, List<JsonNode> leaves) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int i = 0; i < leaves.size(); i++) {
      Element element = new Element(name, shape, i, leaves.get(i));
      try {
        add(contents, datatype, element);
      } catch (JacksonException e) {
        throw wrong("input " + element + " is " + element.value() + ", which is no " + datatype);
      }
    }
    return contents.build();
  }

  private static void add(InferTensorContents.Builder contents, String datatype, Element leaf) {
    switch (datatype) {
      case "BOOL" -> contents.addBoolContents(leaf.value().booleanValue());
      case "INT8", "INT16", "INT32" -> contents.addIntContents(leaf.whole(datatype).intValue());
      case "INT64" -> contents.addInt64Contents(leaf.whole(datatype).longValue());
      case "UINT8", "UINT16", "UINT32" -> contents.addUintContents(leaf.whole(datatype).intValue());
      case "UINT64" -> contents.addUint64Contents(leaf.whole(datatype).longValue());
      case "FP32" -> contents.addFp32Contents(leaf.single());
      case "FP64" -> contents.addFp64Contents(leaf.real());
      case "BYTES" -> contents.addBytesContents(ByteString.copyFromUtf8(leaf.text()));
      default ->
          throw wrong(
              "datatype "
                  + datatype
                  + " cannot be typed; use BOOL, INT8..INT64, UINT8..UINT64, FP32, FP64 or BYTES");
    }
  }

  static CliException wrong(String why) {
    return new CliException(ExitCode.BAD_INPUT, "an input cannot be read", why, EXAMPLE);
  }
}
