package io.weighbridge.host.serve;

import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import inference.ModelInferResponse;
import io.weighbridge.host.engine.Graph;
import io.weighbridge.host.engine.MeanPooling;
import io.weighbridge.host.engine.TextEncoder;
import io.weighbridge.host.engine.TextSpec;
import io.weighbridge.host.repository.Generation;
import io.weighbridge.host.repository.ModelSpec;
import io.weighbridge.host.tensor.BadInputException;
import io.weighbridge.host.tensor.Tensor;
import io.weighbridge.host.tensor.TensorReader;
import io.weighbridge.host.tensor.TensorSpec;
import io.weighbridge.host.tensor.TensorType;
import io.weighbridge.host.tensor.TensorWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One request against one generation, from message to message. Stateless. */
final class Inference {
  private static final Set<String> UNSUPPORTED_PARAMETERS =
      Set.of("classification", "shared_memory_region");

  private Inference() {}

  /** Computes the answer; the generation is held by the caller. */
  static ModelInferResponse answer(Generation generation, ModelInferRequest request)
      throws BadInputException, Graph.EngineFailureException {
    ModelSpec spec = generation.spec();
    Set<String> wanted = wantedOutputs(request, spec);
    List<Tensor> inputs = readInputs(request, spec);
    TextSpec text = spec.text();
    TextEncoder encoder = generation.textEncoder();
    if (text != null && encoder != null && inputs.getFirst().name().equals(text.input())) {
      inputs = encoder.encode(inputs.getFirst());
    }
    Map<String, Tensor> results = new LinkedHashMap<>();
    for (Tensor output : generation.graph().run(inputs)) {
      results.put(output.name(), output);
    }
    if (text != null && wanted.contains(text.pool().output())) {
      Tensor pooled = pool(text, inputs, results);
      results.put(pooled.name(), pooled);
    }
    List<Tensor> outputs = new ArrayList<>(wanted.size());
    for (String name : wanted) {
      Tensor output = results.get(name);
      if (output == null) {
        throw new IllegalStateException("the engine gave no output " + name);
      }
      outputs.add(output);
    }
    ModelInferResponse.Builder response =
        ModelInferResponse.newBuilder()
            .setModelName(generation.identity().name())
            .setModelVersion(generation.identity().version())
            .setId(request.getId());
    TensorWriter.write(outputs, TensorReader.isRaw(request), response);
    return response.build();
  }

  /** The input by which a text model takes sentences. */
  static TensorSpec textInput(TextSpec text) {
    return new TensorSpec(
        text.input(), TensorType.BYTES, new long[] {-1}, new long[] {text.limits().textsMax()});
  }

  /** Names in the order of the answer. A text model gives its pooled output unless asked. */
  private static Set<String> wantedOutputs(ModelInferRequest request, ModelSpec spec)
      throws BadInputException {
    TextSpec text = spec.text();
    List<String> known = new ArrayList<>(spec.outputs().stream().map(TensorSpec::name).toList());
    if (text != null) {
      known.addFirst(text.pool().output());
    }
    Set<String> wanted = new LinkedHashSet<>();
    for (InferRequestedOutputTensor output : request.getOutputsList()) {
      requireSupported("output", output.getName(), output.getParametersMap().keySet());
      if (!known.contains(output.getName())) {
        throw new BadInputException(
            "output \"%s\": the model has %s".formatted(output.getName(), known));
      }
      if (!wanted.add(output.getName())) {
        throw new BadInputException("output " + output.getName() + ": is asked for twice");
      }
    }
    if (wanted.isEmpty()) {
      wanted.addAll(text == null ? known : known.subList(0, 1));
    }
    return wanted;
  }

  private static List<Tensor> readInputs(ModelInferRequest request, ModelSpec spec)
      throws BadInputException {
    int rawCount = request.getRawInputContentsCount();
    if (rawCount != 0 && rawCount != request.getInputsCount()) {
      throw new BadInputException(
          "raw_input_contents: expected one for each of %d inputs, or none; found %d"
              .formatted(request.getInputsCount(), rawCount));
    }
    List<TensorSpec> specs = specsFor(request, spec);
    List<Tensor> inputs = new ArrayList<>(specs.size());
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < request.getInputsCount(); i++) {
      InferInputTensor input = request.getInputs(i);
      requireSupported("input", input.getName(), input.getParametersMap().keySet());
      TensorSpec found = ModelSpec.find(specs, input.getName());
      if (found == null) {
        throw new BadInputException(
            "input \"%s\": expected %s".formatted(input.getName(), namesOf(specs)));
      }
      if (!seen.add(found.name())) {
        throw new BadInputException("input " + found.name() + ": is given twice");
      }
      inputs.add(TensorReader.read(request, i, found));
    }
    for (TensorSpec expected : specs) {
      if (!seen.contains(expected.name())) {
        throw new BadInputException(
            "input %s: is missing, expected %s"
                .formatted(expected.name(), Tensor.describe(expected.type(), expected.shape())));
      }
    }
    return inputs;
  }

  /** A text model takes its text or its tokens, whichever the request holds. */
  private static List<TensorSpec> specsFor(ModelInferRequest request, ModelSpec spec) {
    TextSpec text = spec.text();
    if (text == null) {
      return spec.inputs();
    }
    boolean tokens =
        request.getInputsList().stream()
            .anyMatch(input -> ModelSpec.find(spec.inputs(), input.getName()) != null);
    return tokens ? spec.inputs() : List.of(textInput(text));
  }

  private static List<String> namesOf(List<TensorSpec> specs) {
    return specs.stream().map(TensorSpec::name).toList();
  }

  private static void requireSupported(String what, String name, Set<String> parameters)
      throws BadInputException {
    for (String parameter : parameters) {
      if (UNSUPPORTED_PARAMETERS.contains(parameter)) {
        throw new BadInputException(
            "%s %s: parameter %s is not supported".formatted(what, name, parameter));
      }
    }
  }

  private static Tensor pool(TextSpec text, List<Tensor> inputs, Map<String, Tensor> results) {
    Tensor hidden = results.get(text.pool().tensor());
    for (Tensor input : inputs) {
      if (hidden != null && input.name().equals(text.tokens().maskInput())) {
        return MeanPooling.pool(hidden, input, text.pool().output(), text.pool().normalize());
      }
    }
    throw new IllegalStateException("nothing to pool " + text.pool().tensor() + " with");
  }
}
