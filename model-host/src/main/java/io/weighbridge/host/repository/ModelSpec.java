package io.weighbridge.host.repository;

import io.weighbridge.host.engine.TextSpec;
import io.weighbridge.host.tensor.TensorSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What model.yaml says. Immutable.
 *
 * @param text null when the model takes tensors only
 */
public record ModelSpec(
    String engine,
    String weights,
    List<TensorSpec> inputs,
    List<TensorSpec> outputs,
    @Nullable TextSpec text) {

  public ModelSpec {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** The tensor of this name, or null. */
  public static @Nullable TensorSpec find(List<TensorSpec> specs, String name) {
    for (TensorSpec spec : specs) {
      if (spec.name().equals(name)) {
        return spec;
      }
    }
    return null;
  }
}
