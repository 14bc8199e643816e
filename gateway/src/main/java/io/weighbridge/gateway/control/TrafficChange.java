package io.weighbridge.gateway.control;

import io.weighbridge.admin.v1.SetTrafficRequest;
import io.weighbridge.admin.v1.Weight;
import io.weighbridge.gateway.config.ModelConfig;
import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.Delta;
import io.weighbridge.gateway.control.state.Json;
import io.weighbridge.gateway.control.state.ModelState;
import io.weighbridge.gateway.control.state.RangesText;
import io.weighbridge.gateway.control.state.Traffic;
import io.weighbridge.gateway.route.Bucket;
import io.weighbridge.gateway.route.Ranges;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What somebody wants a model's split to be, and whether it may. Immutable. */
record TrafficChange(SetTrafficRequest request, Change.Actor actor, RoutableVersions versions) {

  /** The change, or a refusal. Asked on the state-writer thread, so that the epoch still holds. */
  Change change(ModelState model) {
    Traffic after = decided(model);
    return new Change(
        actor,
        after.reason(),
        "traffic.set",
        model.name(),
        new Change.Shown(shown(model.traffic().ranges()), shown(after.ranges())),
        new Delta.PutTraffic(model.name(), after));
  }

  /** The model as it would be, or a refusal. */
  ModelState after(ModelState model) {
    return new ModelState(
        model.declared(),
        model.active(),
        model.salt(),
        model.leafPlusOneByVersion(),
        decided(model));
  }

  private Traffic decided(ModelState model) {
    String reason = Unary.reason(request.getReason());
    Map<String, Integer> weights = weights(model);
    long epoch = model.traffic().epoch();
    if (request.getExpectedEpoch() != 0 && request.getExpectedEpoch() != epoch) {
      throw new AdminException(
          AdminRefusal.EPOCH_STALE,
          "the split is of epoch "
              + epoch
              + ", expected was "
              + Long.toUnsignedString(request.getExpectedEpoch())
              + "; look again, then repeat");
    }
    weights.forEach((version, ppm) -> checkRoutable(model.name(), version, ppm));
    return Traffic.decided(model.traffic().ranges().change(weights), actor.principal(), reason);
  }

  private Map<String, Integer> weights(ModelState model) {
    if (request.getWeightsCount() > ModelConfig.VERSIONS_MAX) {
      throw new AdminException(
          AdminRefusal.WEIGHTS_INVALID, "more weights than a model may have versions");
    }
    List<String> known =
        model.declared().versions().stream().map(ModelConfig.Version::version).toList();
    Map<String, Integer> weights = new TreeMap<>();
    long sumPpm = 0;
    for (Weight weight : request.getWeightsList()) {
      if (!known.contains(weight.getVersion())) {
        throw new AdminException(
            AdminRefusal.VERSION_UNKNOWN,
            model.name() + " has no version \"" + weight.getVersion() + "\", allowed are " + known);
      }
      if (weights.put(weight.getVersion(), weight.getPpm()) != null) {
        throw new AdminException(
            AdminRefusal.WEIGHTS_INVALID, "version " + weight.getVersion() + " is named twice");
      }
      sumPpm += Integer.toUnsignedLong(weight.getPpm());
    }
    if (sumPpm != Bucket.COUNT) {
      throw new AdminException(
          AdminRefusal.WEIGHTS_INVALID,
          "the weights add up to " + sumPpm + " ppm, allowed is " + Bucket.COUNT);
    }
    return weights;
  }

  private void checkRoutable(String model, String version, int ppm) {
    if (ppm != 0 && versions.hosts(model, version).proved() == 0) {
      throw new AdminException(
          AdminRefusal.NO_VERIFIED_HOST,
          "no host proves version "
              + version
              + " of "
              + model
              + "; weights never point at nothing: see weighbridge host list");
    }
  }

  /** Weights, and the ranges by which an auditor recomputes a route. */
  private static String shown(Ranges ranges) {
    return Json.shown(Map.of("weights_ppm", ranges.weightsPpm(), "ranges", RangesText.of(ranges)));
  }
}
