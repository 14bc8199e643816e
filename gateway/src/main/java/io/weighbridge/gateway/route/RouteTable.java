package io.weighbridge.gateway.route;

import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.call.Target;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All models of one epoch, ready to be asked. Immutable. */
public final class RouteTable {
  private final long epoch;
  private final Map<String, ModelSpec> models;
  private final Map<String, Map<String, Target>> targets;

  private RouteTable(
      long epoch, Map<String, ModelSpec> models, Map<String, Map<String, Target>> targets) {
    this.epoch = epoch;
    this.models = models;
    this.targets = targets;
  }

  /** Builds the table of an epoch. */
  public static RouteTable of(long epoch, List<ModelSpec> specs, Slots slots) {
    Map<String, ModelSpec> models = new HashMap<>();
    Map<String, Map<String, Target>> targets = new HashMap<>();
    for (ModelSpec spec : specs) {
      Map<String, Target> versions = new HashMap<>();
      for (ModelSpec.Version version : spec.versions()) {
        versions.put(
            version.version(),
            new Target(
                spec.name(),
                version.version(),
                slots.of(spec.name(), version.version()),
                version.expectedDigest(),
                version.deploymentLeafPlusOne()));
      }
      models.put(spec.name(), spec);
      targets.put(spec.name(), versions);
    }
    return new RouteTable(epoch, models, targets);
  }

  /** The number of the table; rises with every change. */
  public long epoch() {
    return epoch;
  }

  /** Every model, in no order. */
  public Iterable<ModelSpec> models() {
    return models.values();
  }

  /** The target of a model's version, or null when either is unknown. */
  public @Nullable Target target(String model, String version) {
    Map<String, Target> versions = targets.get(model);
    return versions == null ? null : versions.get(version);
  }
}
