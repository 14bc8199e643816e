package io.weighbridge.host.repository;

import io.weighbridge.host.engine.Engines;
import io.weighbridge.host.engine.TextSpec;
import io.weighbridge.host.tensor.TensorSpec;
import io.weighbridge.host.tensor.TensorType;
import io.weighbridge.host.yaml.Problems;
import io.weighbridge.host.yaml.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads model.yaml strictly: every problem at once, with its line. Stateless. */
final class ModelSpecReader {
  static final int RANK_MAX = 8;

  private static final int TEXTS_MAX_DEFAULT = 32;
  private static final int TEXT_BYTES_MAX_DEFAULT = 64 << 10;
  private static final int LENGTH_MAX_DEFAULT = 256;

  private ModelSpecReader() {}

  /**
   * Reads the file.
   *
   * @param file for messages
   */
  static ModelSpec read(String file, byte[] content) throws Problems.BadFileException {
    Problems problems = new Problems(file);
    Section root = Section.parse(content, problems);
    problems.throwIfAny(); // Without a mapping every key would be missing as well.
    String engine = root.text("engine");
    String weights = fileName(root, "weights", root.text("weights"));
    List<TensorSpec> inputs = tensors(root, "inputs", true);
    List<TensorSpec> outputs = tensors(root, "outputs", false);
    TextSpec text = root.has("text") ? text(root.section("text"), inputs, outputs) : null;
    if (text != null && !engine.equals(Engines.ONNX_RUNTIME)) {
      root.problem("text", "is known for engine " + Engines.ONNX_RUNTIME + " only");
    }
    root.end();
    problems.throwIfAny();
    return new ModelSpec(engine, weights, inputs, outputs, text);
  }

  private static String fileName(Section section, String key, String name) {
    boolean outside = name.startsWith("/") || Arrays.asList(name.split("/", -1)).contains("..");
    if (outside) {
      section.problem(key, "is \"" + name + "\", expected a file inside the model's folder");
    }
    return name;
  }

  private static List<TensorSpec> tensors(Section root, String key, boolean bounded) {
    List<TensorSpec> specs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section section : root.sections(key)) {
      String name = section.text("name");
      if (!names.add(name)) {
        section.problem("name", "\"" + name + "\" stands twice");
      }
      TensorType type = type(section);
      if (!section.has("shape")) {
        section.problem("shape", "is missing");
      }
      long[] shape = section.numbers("shape", -1, TensorSpec.DIMENSION_MAX);
      if (shape.length > RANK_MAX || Arrays.stream(shape).anyMatch(d -> d == 0)) {
        section.problem("shape", "has at most " + RANK_MAX + " dimensions, each -1 or at least 1");
      }
      specs.add(new TensorSpec(name, type, shape, bounded ? maxShape(section, shape) : shape));
      section.end();
    }
    if (specs.isEmpty()) {
      root.problem(key, "is missing or empty");
    }
    return specs;
  }

  private static TensorType type(Section section) {
    String name = section.text("datatype");
    TensorType type = TensorType.find(name);
    if (type == null) {
      section.problem(
          "datatype",
          "is \"" + name + "\", expected one of " + Arrays.toString(TensorType.values()));
      return TensorType.FP32;
    }
    return type;
  }

  private static long[] maxShape(Section section, long[] shape) {
    long[] max = TensorSpec.unbounded("", TensorType.FP32, shape).maxShape();
    if (!section.has("max-shape")) {
      return max;
    }
    long[] given = section.numbers("max-shape", 1, TensorSpec.DIMENSION_MAX);
    if (given.length != shape.length) {
      section.problem(
          "max-shape", "has " + given.length + " dimensions, shape has " + shape.length);
      return max;
    }
    return given;
  }

  private static TextSpec text(Section section, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    String input = section.text("input");
    if (ModelSpec.find(inputs, input) != null) {
      section.problem("input", "\"" + input + "\" is also an input of the graph");
    }
    String tokenizer = fileName(section, "tokenizer", section.text("tokenizer"));
    TextSpec.Limits limits =
        new TextSpec.Limits(
            (int) section.number("max-length", LENGTH_MAX_DEFAULT, 1, 1 << 16),
            (int) section.number("texts-max", TEXTS_MAX_DEFAULT, 1, 1 << 16),
            (int) section.number("text-bytes-max", TEXT_BYTES_MAX_DEFAULT, 1, 1 << 24));
    TextSpec.Tokens tokens = tokens(section.section("tokens"), inputs);
    TextSpec.Pool pool = pool(section, outputs);
    section.end();
    return new TextSpec(input, tokenizer, limits, tokens, pool);
  }

  private static TextSpec.Tokens tokens(Section section, List<TensorSpec> inputs) {
    String ids = section.text("ids", "input_ids");
    String mask = section.text("mask", "attention_mask");
    boolean typed = ModelSpec.find(inputs, "token_type_ids") != null;
    String types = section.text("types", typed ? "token_type_ids" : "");
    for (String name : types.isEmpty() ? List.of(ids, mask) : List.of(ids, mask, types)) {
      requireTensor(section, name, ModelSpec.find(inputs, name), TensorType.INT64, 2);
    }
    if (inputs.size() != (types.isEmpty() ? 2 : 3)) {
      section.problem("types", "leaves inputs of the graph that no token goes to");
    }
    long padId = section.number("pad-id", 0, 0, Integer.MAX_VALUE);
    section.end();
    return new TextSpec.Tokens(ids, mask, types, padId);
  }

  private static TextSpec.Pool pool(Section text, List<TensorSpec> outputs) {
    Section section = text.section("pool");
    String tensor = section.text("tensor");
    requireTensor(section, tensor, ModelSpec.find(outputs, tensor), TensorType.FP32, 3);
    if (!section.text("method", "mean").equals("mean")) {
      section.problem("method", "is not known; there is mean");
    }
    boolean normalize = section.flag("normalize", true);
    section.end();
    String output = text.text("output", "embedding");
    if (ModelSpec.find(outputs, output) != null) {
      text.problem("output", "\"" + output + "\" is also an output of the graph");
    }
    return new TextSpec.Pool(tensor, normalize, output);
  }

  private static void requireTensor(
      Section section, String name, @Nullable TensorSpec spec, TensorType type, int rank) {
    if (spec == null || spec.type() != type || spec.shape().length != rank) {
      section.problem(
          section.has("tensor") ? "tensor" : "ids",
          "needs \"%s\" to be %s with %d dimensions, found %s"
              .formatted(
                  name,
                  type,
                  rank,
                  spec == null ? "none" : spec.type() + " " + Arrays.toString(spec.shape())));
    }
  }
}
