package io.weighbridge.host.engine;

import io.weighbridge.host.tensor.BadInputException;
import io.weighbridge.host.tensor.Tensor;
import io.weighbridge.host.tensor.TensorSpec;
import io.weighbridge.host.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds what model.yaml says against what the ONNX file says, once at loading, and the sizes of a
 * call's inputs against each other: dimensions with one symbol have one size. Immutable.
 */
final class PortCheck {
  static final PortCheck NONE = new PortCheck(Map.of());

  private final Map<String, List<OnnxOutline.Dimension>> dimensionsByInput;

  private PortCheck(Map<String, List<OnnxOutline.Dimension>> dimensionsByInput) {
    this.dimensionsByInput = Map.copyOf(dimensionsByInput);
  }

  static PortCheck of(OnnxOutline outline, List<TensorSpec> inputs, List<TensorSpec> outputs)
      throws UnusableModelException {
    List<String> faults = new ArrayList<>();
    compare("input", inputs, outline.inputs(), faults);
    compare("output", outputs, outline.outputs(), faults);
    for (OnnxOutline.Port port : outline.inputs()) {
      if (inputs.stream().noneMatch(spec -> spec.name().equals(port.name()))) {
        faults.add("input " + port.name() + " of the model is not in model.yaml");
      }
    }
    if (!faults.isEmpty()) {
      throw new UnusableModelException(String.join("; ", faults));
    }
    Map<String, List<OnnxOutline.Dimension>> dimensions = new HashMap<>();
    for (OnnxOutline.Port port : outline.inputs()) {
      dimensions.put(port.name(), port.dimensions());
    }
    return new PortCheck(dimensions);
  }

  private static void compare(
      String what, List<TensorSpec> specs, List<OnnxOutline.Port> ports, List<String> faults) {
    for (TensorSpec spec : specs) {
      OnnxOutline.Port port =
          ports.stream().filter(p -> p.name().equals(spec.name())).findFirst().orElse(null);
      if (port == null) {
        faults.add(
            "%s %s of model.yaml is not in the model, which has %s"
                .formatted(what, spec.name(), ports.stream().map(OnnxOutline.Port::name).toList()));
        continue;
      }
      TensorType type = OnnxCode.find(port.elementCode());
      if (type != spec.type()) {
        faults.add(
            "%s %s is %s in model.yaml and %s in the model"
                .formatted(what, spec.name(), spec.type(), type == null ? "unsupported" : type));
      }
      if (port.hasShape() && !shapesAgree(spec.shape(), port.dimensions())) {
        faults.add(
            "%s %s is %s in model.yaml and %s in the model"
                .formatted(
                    what,
                    spec.name(),
                    Tensor.describe(spec.type(), spec.shape()),
                    port.dimensions()));
      }
    }
  }

  /** A fixed size in model.yaml may narrow an open one of the model, never the other way. */
  private static boolean shapesAgree(long[] shape, List<OnnxOutline.Dimension> dimensions) {
    if (shape.length != dimensions.size()) {
      return false;
    }
    for (int i = 0; i < shape.length; i++) {
      OnnxOutline.Dimension dimension = dimensions.get(i);
      if (!dimension.isOpen() && dimension.size() != shape[i]) {
        return false;
      }
    }
    return true;
  }

  /** Refuses inputs whose sizes contradict each other. */
  void requireAgreement(List<Tensor> inputs) throws BadInputException {
    Map<String, Tensor> firstBySymbol = new HashMap<>();
    Map<String, Long> sizeBySymbol = new HashMap<>();
    for (Tensor input : inputs) {
      List<OnnxOutline.Dimension> dimensions =
          dimensionsByInput.getOrDefault(input.name(), List.of());
      for (int i = 0; i < Math.min(dimensions.size(), input.shape().length); i++) {
        String symbol = dimensions.get(i).symbol();
        if (symbol.isEmpty()) {
          continue;
        }
        long size = input.shape()[i];
        Tensor first = firstBySymbol.putIfAbsent(symbol, input);
        Long expected = sizeBySymbol.putIfAbsent(symbol, size);
        if (expected != null && first != null && expected != size) {
          throw new BadInputException(
              "input %s: dimension %d (%s) is %d, expected %d as in input %s"
                  .formatted(input.name(), i, symbol, size, expected, first.name()));
        }
      }
    }
  }
}
