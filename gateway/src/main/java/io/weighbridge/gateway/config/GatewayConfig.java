package io.weighbridge.gateway.config;

import io.weighbridge.gateway.admission.RateRule;
import io.weighbridge.gateway.peek.ParameterNames;
import io.weighbridge.gateway.route.ModelSpec.Sticky;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything gateway.yaml says, checked. Immutable.
 *
 * @param keysFile file with callers' keys, or null
 * @param callers those known by their certificates
 * @param rates how many calls callers may make
 */
public record GatewayConfig(
    Gateway gateway,
    ListenConfig listen,
    LedgerConfig ledger,
    @Nullable Path keysFile,
    List<CallerConfig> callers,
    List<RateRule> rates,
    Tracing tracing,
    Limits limits,
    List<HostConfig> hosts,
    List<ModelConfig> models,
    List<RouteConfig> routes) {

  /** Model hosts of one gateway. */
  public static final int HOSTS_MAX = 1_000;

  /** Models of one gateway. */
  public static final int MODELS_MAX = 10_000;

  /** Parameters that calls of these models are sticky by: each is looked for in every request. */
  static final int STICKY_PARAMETERS_MAX = ParameterNames.STICKY_MAX;

  public GatewayConfig {
    callers = List.copyOf(callers);
    rates = List.copyOf(rates);
    hosts = List.copyOf(hosts);
    models = List.copyOf(models);
    routes = List.copyOf(routes);
    checkCallers(callers, listen);
    RateReader.checkAll(rates);
    checkHosts(hosts);
    checkModels(models);
    RouteConfig.checkAll(routes);
    Set<String> known = hosts.stream().map(HostConfig::id).collect(Collectors.toSet());
    routes.forEach(route -> RouteConfig.checkHosts(route.hosts(), known));
    Map<String, ModelConfig> byName = byName(models);
    for (HostConfig host : hosts) {
      checkUsed(host, routes);
      host.serves().forEach(serves -> checkServes(serves, byName));
    }
  }

  /**
   * Reads and checks a file.
   *
   * @throws ConfigException with every problem found
   */
  public static GatewayConfig load(Path file) throws ConfigException {
    return GatewayConfigReader.read(file);
  }

  /**
   * Who this gateway is.
   *
   * @param state folder of its state, admin key and ledger key
   * @param reflection whether callers with a key may ask for its protocol
   */
  public record Gateway(String id, Path state, boolean reflection) {
    /** It becomes part of the ledger's origin, for life. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    public Gateway {
      if (!ID.matcher(id).matches()) {
        throw new BadValue("id", "found \"" + id + "\", allowed is " + ID);
      }
    }
  }

  /** The audit log's folder and its promises. */
  public record LedgerConfig(Path directory, Calls calls, Ack ack, OnFailure onFailure) {
    public LedgerConfig {
      if (calls == Calls.COUNTED && onFailure == OnFailure.REFUSE) {
        throw new BadValue(
            "on-failure", "found refuse, allowed is serve: calls: counted records no call");
      }
    }

    /** What a call leaves in the log. */
    public enum Calls {
      /** A record. */
      RECORDED,
      /** One more in the number of those that are not recorded. */
      COUNTED
    }

    /** When an answer may leave. */
    public enum Ack {
      /** Once its record survives the death of the process. */
      WRITTEN
    }

    /** What happens while the log takes no records. */
    public enum OnFailure {
      REFUSE,
      SERVE
    }
  }

  /**
   * Where spans go.
   *
   * @param endpoint OTLP endpoint, empty for none
   * @param samplePpm share of calls without a sampled parent, parts per million
   */
  public record Tracing(String endpoint, int samplePpm) {
    public Tracing {
      if (!endpoint.isEmpty() && !isAddress(endpoint)) {
        throw new BadValue(
            "endpoint", "found \"" + endpoint + "\", allowed is http://HOST:PORT or nothing");
      }
    }

    private static boolean isAddress(String endpoint) {
      try {
        URI uri = new URI(endpoint).parseServerAuthority();
        return uri.getHost() != null
            && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
      } catch (URISyntaxException e) {
        return false;
      }
    }
  }

  static void checkCallers(List<CallerConfig> callers, ListenConfig listen) {
    atMost("callers", callers.size(), CallerConfig.CALLERS_MAX);
    unique("callers", callers.stream().map(CallerConfig::certificate).toList());
    ServerTls tls = listen.predict().tls();
    if (!callers.isEmpty() && (tls == null || tls.clientCa() == null)) {
      throw new BadValue(
          "callers", "certificates are asked for only where listen.predict has tls with client-ca");
    }
  }

  static void checkHosts(List<HostConfig> hosts) {
    atMost("hosts", hosts.size(), HOSTS_MAX);
    unique("hosts", hosts.stream().map(HostConfig::id).toList());
    unique("hosts", hosts.stream().map(host -> host.address().toString()).toList());
  }

  static void checkModels(List<ModelConfig> models) {
    atMost("models", models.size(), MODELS_MAX);
    unique("models", models.stream().map(ModelConfig::name).toList());
    long parameters =
        models.stream()
            .filter(model -> model.sticky().by() == Sticky.By.PARAMETER)
            .map(model -> model.sticky().name())
            .distinct()
            .count();
    if (parameters > STICKY_PARAMETERS_MAX) {
      throw new BadValue(
          "models",
          "found "
              + parameters
              + " different parameters in sticky, allowed are "
              + STICKY_PARAMETERS_MAX);
    }
  }

  private static void atMost(String key, int found, int max) {
    if (found > max) {
      throw new BadValue(key, "found " + found + ", allowed are " + max);
    }
  }

  static void unique(String key, List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new BadValue(key, "\"" + name + "\" stands here twice");
      }
    }
  }

  static void checkUsed(HostConfig host, List<RouteConfig> routes) {
    if (host.key() == null
        && host.serves().isEmpty()
        && routes.stream().noneMatch(route -> route.hosts().contains(host.id()))) {
      throw new BadValue(
          "hosts",
          host.id()
              + " has no key and serves nothing: give it a key, say what it serves, or name it in"
              + " routes");
    }
  }

  static Map<String, ModelConfig> byName(List<ModelConfig> models) {
    return models.stream().collect(Collectors.toMap(ModelConfig::name, model -> model));
  }

  static void checkServes(HostConfig.Serves serves, Map<String, ModelConfig> models) {
    ModelConfig model = models.get(serves.model());
    if (model == null) {
      throw new BadValue("model", "found \"" + serves.model() + "\", which is not in models");
    }
    if (model.versions().stream().noneMatch(v -> v.version().equals(serves.version()))) {
      throw new BadValue(
          "version",
          "found \"" + serves.version() + "\", which is no version of " + serves.model());
    }
    if (model.integrity() != ModelConfig.Integrity.NONE) {
      throw new BadValue(
          "model",
          serves.model()
              + " is attested, and a host without a key proves nothing: give the host a key, or"
              + " the model integrity: none");
    }
  }
}
