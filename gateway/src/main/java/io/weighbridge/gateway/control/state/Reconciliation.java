package io.weighbridge.gateway.control.state;

import static io.weighbridge.gateway.control.state.Change.Actor.CONFIGURATION;

import io.weighbridge.gateway.config.ClientTls;
import io.weighbridge.gateway.config.GatewayConfig;
import io.weighbridge.gateway.config.HostConfig;
import io.weighbridge.gateway.config.ModelConfig;
import io.weighbridge.gateway.route.Ranges;
import io.weighbridge.gateway.upstream.check.CheckMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What must change so that the state agrees with the configuration. The configuration decides which
 * models, versions, digests and hosts there are, and who may call by his certificate or by a rule
 * of routes; the state decides the traffic, and only a new model takes its split from the
 * configuration.
 */
public final class Reconciliation implements Decision {
  private static final String REASON = "configuration read at start";

  private final GatewayConfig config;
  private final RandomGenerator random;

  /**
   * Reconciles with this configuration.
   *
   * @param random makes the salts of new models: must not be guessable
   */
  public Reconciliation(GatewayConfig config, RandomGenerator random) {
    this.config = config;
    this.random = random;
  }

  /** What forbids it, one line each: versions that own traffic and are gone. */
  public static List<String> problems(GatewayConfig config, ControlState state) {
    List<String> problems = new ArrayList<>();
    for (ModelConfig model : config.models()) {
      ModelState known = state.models().get(model.name());
      if (known != null) {
        Map<String, Integer> orphans = new TreeMap<>(known.traffic().ranges().weightsPpm());
        orphans.keySet().removeAll(names(model));
        orphans.forEach((version, ppm) ->
            problems.add(
                "models: %s has no version \"%s\", which owns %s %% of its traffic; keep it and"
                        .formatted(model.name(), version, ppm / 10_000.0)
                    + " move the traffic first"));
      }
    }
    return problems;
  }

  @Override
  public List<Change> decide(ControlState state) {
    List<Change> changes = new ArrayList<>();
    config.models().forEach(model -> declare(model, state.models().get(model.name()), changes));
    Set<String> models =
        config.models().stream().map(ModelConfig::name).collect(Collectors.toSet());
    for (ModelState known : state.models().values()) {
      if (known.active() && !models.contains(known.name())) {
        changes.add(
            change(
                "model.remove",
                known.name(),
                new Change.Shown(Json.shown(known.declared()), ""),
                new Delta.RemoveModel(known.name())));
      }
    }
    declareHosts(state, changes);
    declareRules(state, changes);
    return changes;
  }

  private void declare(ModelConfig model, @Nullable ModelState known, List<Change> changes) {
    if (known != null && known.active() && known.declared().equals(model)) {
      return;
    }
    List<String> deployed = deployed(model, known);
    ModelState next =
        known == null
            ? new ModelState(
                model,
                true,
                new ModelState.Salt(random.nextLong(), random.nextLong()),
                Map.of(),
                Traffic.decided(
                    Ranges.of(model.splitPpm()), CONFIGURATION.principal(), "initial split"))
            : new ModelState(
                model, true, known.salt(), known.leafPlusOneByVersion(), known.traffic());
    changes.add(
        change(
            known == null ? "model.declare" : "model.change",
            model.name(),
            new Change.Shown(known == null ? "" : Json.shown(known.declared()), Json.shown(model)),
            new Delta.PutModel(next, deployed)));
  }

  /** Versions that are new or expected with another digest. */
  private static List<String> deployed(ModelConfig model, @Nullable ModelState known) {
    List<ModelConfig.Version> before = known == null ? List.of() : known.declared().versions();
    return model.versions().stream()
        .filter(version -> !before.contains(version))
        .map(ModelConfig.Version::version)
        .toList();
  }

  private void declareHosts(ControlState state, List<Change> changes) {
    Map<String, String> declared = new TreeMap<>();
    config.hosts().forEach(host -> declared.put(host.id(), json(host)));
    compare("host", state.hosts(), declared, Delta.PutHost::new, Delta.RemoveHost::new, changes);
  }

  /** Whoever may call by what the configuration says, and how: no key of his tells of it. */
  private void declareRules(ControlState state, List<Change> changes) {
    Map<String, String> callers = new TreeMap<>();
    config.callers().forEach(each -> callers.put(each.certificate(), Json.shown(each)));
    Map<String, String> routes = new TreeMap<>();
    config.routes().forEach(each -> routes.put(each.name(), Json.shown(each)));
    declareRules("caller", state, callers, changes);
    declareRules("route", state, routes, changes);
  }

  private static void declareRules(
      String kind, ControlState state, Map<String, String> declared, List<Change> changes) {
    String prefix = kind + " ";
    Map<String, String> before = new TreeMap<>();
    state
        .rules()
        .forEach((name, json) -> {
          if (name.startsWith(prefix)) {
            before.put(name.substring(prefix.length()), json);
          }
        });
    compare(
        kind,
        before,
        declared,
        (id, json) -> new Delta.PutRule(prefix + id, json),
        id -> new Delta.RemoveRule(prefix + id),
        changes);
  }

  /** Adds what makes the one the other. */
  private static void compare(
      String kind,
      Map<String, String> before,
      Map<String, String> declared,
      BiFunction<String, String, Delta> put,
      Function<String, Delta> remove,
      List<Change> changes) {
    declared.forEach((id, json) -> {
      String known = before.getOrDefault(id, "");
      if (!known.equals(json)) {
        String action = kind + (known.isEmpty() ? ".declare" : ".change");
        changes.add(change(action, id, new Change.Shown(known, json), put.apply(id, json)));
      }
    });
    before.forEach((id, known) -> {
      if (!declared.containsKey(id)) {
        changes.add(change(kind + ".remove", id, new Change.Shown(known, ""), remove.apply(id)));
      }
    });
  }

  private static String json(HostConfig host) {
    Map<String, Object> shown = new HashMap<>();
    shown.put("address", host.address().getHostString() + ":" + host.address().getPort());
    if (host.key() != null) {
      shown.put("key_file_sha256", fingerprint(host.key()));
    }
    if (host.tls() != null) {
      shown.put("tls", json(host.tls()));
    }
    if (host.healthCheck() != CheckMethod.MODEL_READY) {
      shown.put("health_check", host.healthCheck());
    }
    if (!host.serves().isEmpty()) {
      shown.put("serves", host.serves());
    }
    return Json.shown(shown);
  }

  private static Map<String, String> json(ClientTls tls) {
    Map<String, String> shown = new HashMap<>();
    shown.put("ca_file_sha256", fingerprint(tls.ca()));
    shown.put("server_name", tls.serverName());
    if (tls.certificate() != null) {
      shown.put("certificate", tls.certificate().toString());
    }
    return shown;
  }

  /** The key itself and not its place: another key under the same name is a change. */
  private static String fingerprint(Path key) {
    try {
      return Json.sha256(Files.readAllBytes(key));
    } catch (IOException e) {
      throw new UncheckedIOException("host key or certificate " + key, e);
    }
  }

  private static Set<String> names(ModelConfig model) {
    return model.versions().stream().map(ModelConfig.Version::version).collect(Collectors.toSet());
  }

  private static Change change(String action, String subject, Change.Shown shown, Delta delta) {
    return new Change(CONFIGURATION, REASON, action, subject, shown, delta);
  }
}
