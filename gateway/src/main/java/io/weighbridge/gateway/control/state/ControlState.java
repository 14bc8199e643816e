package io.weighbridge.gateway.control.state;

import io.weighbridge.gateway.route.ModelSpec;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The whole state at one moment. Immutable.
 *
 * @param epoch number of the route table; rises with every change that touches it
 * @param hosts declaration of each host in JSON, by id
 * @param rules of the configuration that let somebody call, in JSON: "caller" or "route", a space,
 *     and what it is for
 * @param drains of hosts, by id
 */
public record ControlState(
    long epoch,
    NavigableMap<String, ModelState> models,
    NavigableMap<String, KeyState> keys,
    NavigableMap<String, String> hosts,
    NavigableMap<String, String> rules,
    NavigableMap<String, HostDrain> drains) {

  public ControlState {
    models = Collections.unmodifiableNavigableMap(new TreeMap<>(models));
    keys = Collections.unmodifiableNavigableMap(new TreeMap<>(keys));
    hosts = Collections.unmodifiableNavigableMap(new TreeMap<>(hosts));
    rules = Collections.unmodifiableNavigableMap(new TreeMap<>(rules));
    drains = Collections.unmodifiableNavigableMap(new TreeMap<>(drains));
  }

  /** Nothing decided yet. */
  public static ControlState empty() {
    return new ControlState(
        0, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
  }

  /** The model, if the configuration names it; null otherwise. */
  public @Nullable ModelState model(String name) {
    ModelState model = models.get(name);
    return model != null && model.active() ? model : null;
  }

  /** This state after changes made together. */
  ControlState with(Collection<Change> changes) {
    NavigableMap<String, ModelState> newModels = new TreeMap<>(models);
    NavigableMap<String, KeyState> newKeys = new TreeMap<>(keys);
    NavigableMap<String, String> newHosts = new TreeMap<>(hosts);
    NavigableMap<String, String> newRules = new TreeMap<>(rules);
    NavigableMap<String, HostDrain> newDrains = new TreeMap<>(drains);
    boolean routes = false;
    for (Change change : changes) {
      routes |= change.delta().routes();
      switch (change.delta()) {
        case Delta.PutModel put -> newModels.put(put.model().name(), put.model());
        case Delta.RemoveModel remove ->
            newModels.computeIfPresent(remove.name(), (_, model) -> model.inactive());
        case Delta.PutTraffic put ->
            newModels.computeIfPresent(put.model(), (_, model) -> model.withTraffic(put.traffic()));
        case Delta.PutKeys put -> {
          put.removed().forEach(newKeys::remove);
          put.put().forEach(key -> newKeys.put(key.id(), key));
        }
        case Delta.PutHost put -> newHosts.put(put.id(), put.declared());
        case Delta.RemoveHost remove -> {
          newHosts.remove(remove.id());
          newDrains.remove(remove.id());
        }
        case Delta.PutRule put -> newRules.put(put.name(), put.declared());
        case Delta.RemoveRule remove -> newRules.remove(remove.name());
        case Delta.PutDrain put -> newDrains.put(put.host(), put.drain());
        case Delta.EndDrain end -> newDrains.remove(end.host());
        case Delta.Nothing _ -> {}
      }
    }
    return new ControlState(
        routes ? epoch + 1 : epoch, newModels, newKeys, newHosts, newRules, newDrains);
  }

  /** Versions of a model whose deployment stands in this leaf. */
  record Deployment(String model, List<String> versions, long leafPlusOne) {}

  /** This state once the ledger holds what deployed these. */
  ControlState deployed(Collection<Deployment> deployments) {
    NavigableMap<String, ModelState> newModels = new TreeMap<>(models);
    for (Deployment deployment : deployments) {
      newModels.computeIfPresent(
          deployment.model,
          (_, state) -> state.deployed(deployment.versions, deployment.leafPlusOne));
    }
    return new ControlState(epoch, newModels, keys, hosts, rules, drains);
  }

  /** SHA-256 in hex over the JSON of every routed model, one a line, by name. */
  public String tableDigest() {
    StringBuilder lines = new StringBuilder();
    specs().forEach(spec -> lines.append(Json.of(spec)).append('\n'));
    return Json.sha256(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Every model that is routed, by name. */
  public List<ModelSpec> specs() {
    return models.values().stream().filter(ModelState::active).map(ModelState::toSpec).toList();
  }
}
