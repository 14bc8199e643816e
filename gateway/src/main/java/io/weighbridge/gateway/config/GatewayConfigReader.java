package io.weighbridge.gateway.config;

import static java.util.Objects.requireNonNull;

import io.weighbridge.gateway.admission.RateRule;
import io.weighbridge.gateway.config.GatewayConfig.LedgerConfig;
import io.weighbridge.gateway.config.ListenConfig.Listener;
import io.weighbridge.gateway.upstream.check.CheckMethod;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads gateway.yaml: one method per section. Confined to the reading thread. */
final class GatewayConfigReader {
  private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("-", 1);

  private final Path folder;
  private final Problems problems;
  private final TlsReader tls;

  /** By name; null while not all could be read, for then nobody knows what is missing. */
  private @Nullable Map<String, ModelConfig> models;

  /** Ids, of hosts with whatever problem too. */
  private final Set<String> hosts = new HashSet<>();

  private GatewayConfigReader(Path folder, Problems problems) {
    this.folder = folder;
    this.problems = problems;
    this.tls = new TlsReader(folder);
  }

  static GatewayConfig read(Path file) throws ConfigException {
    Problems problems = new Problems(file);
    Section root = Yaml.read(file, problems);
    Path folder = requireNonNull(file.toAbsolutePath().getParent(), "a file has a folder");
    GatewayConfig config = new GatewayConfigReader(folder, problems).root(root);
    problems.throwIfAny();
    return requireNonNull(config);
  }

  private @Nullable GatewayConfig root(Section root) {
    GatewayConfig.Gateway gateway = gateway(root.section("gateway"));
    ListenConfig listen = listen(root.section("listen"));
    LedgerConfig ledger = ledger(root.section("ledger"));
    Path keys = keys(root.section("keys"));
    List<CallerConfig> callers = root.list("callers", GatewayConfigReader::caller);
    List<RateRule> rates = root.list("rates", RateReader::read);
    GatewayConfig.Tracing tracing = tracing(root.section("tracing"));
    Limits limits = limits(root.section("limits"));
    boolean recorded = ledger == null || ledger.calls() == LedgerConfig.Calls.RECORDED;
    List<ModelConfig> modelList = models(root, recorded);
    List<HostConfig> hostList = hosts(root);
    List<RouteConfig> routes = routes(root, hostList);
    root.check(() -> RateReader.checkAll(rates));
    if (listen != null) {
      root.check(() -> GatewayConfig.checkCallers(callers, listen));
    }
    return root.make(() ->
        new GatewayConfig(
            requireNonNull(gateway),
            requireNonNull(listen),
            requireNonNull(ledger),
            keys,
            callers,
            rates,
            requireNonNull(tracing),
            requireNonNull(limits),
            hostList,
            modelList,
            routes));
  }

  private List<ModelConfig> models(Section root, boolean recorded) {
    int before = problems.count();
    List<ModelConfig> read = root.list("models", new ModelReader(recorded)::read);
    root.check(() -> GatewayConfig.checkModels(read));
    models = problems.count() == before ? GatewayConfig.byName(read) : null;
    return read;
  }

  private List<HostConfig> hosts(Section root) {
    List<HostConfig> read = root.list("hosts", this::host);
    root.check(() -> GatewayConfig.checkHosts(read));
    return read;
  }

  private List<RouteConfig> routes(Section root, List<HostConfig> hostList) {
    int before = problems.count();
    List<RouteConfig> read = root.list("routes", this::route);
    root.check(() -> RouteConfig.checkAll(read));
    if (problems.count() == before) {
      hostList.forEach(host -> root.check(() -> GatewayConfig.checkUsed(host, read)));
    }
    return read;
  }

  private GatewayConfig.@Nullable Gateway gateway(Section section) {
    String id = section.text("id");
    Path state = path(section.text("state", "./state"));
    boolean reflection = section.flag("reflection");
    return section.make(() -> new GatewayConfig.Gateway(id, state, reflection));
  }

  private @Nullable ListenConfig listen(Section section) {
    Listener predict = listener(section.section("predict"), "127.0.0.1:9000");
    Listener admin = listener(section.section("admin"), "127.0.0.1:9001");
    Listener http = listener(section.section("http"), "127.0.0.1:9002");
    return section.make(() ->
        new ListenConfig(requireNonNull(predict), requireNonNull(admin), requireNonNull(http)));
  }

  private @Nullable Listener listener(Section section, String fallback) {
    InetSocketAddress address = section.value("address", fallback, Values::address);
    boolean insecure = section.flag("insecure");
    ServerTls serverTls = section.has("tls") ? tls.server(section.section("tls")) : null;
    return section.make(() ->
        new Listener(
            new InetSocketAddress(address.getHostString(), address.getPort()),
            insecure,
            serverTls));
  }

  private @Nullable LedgerConfig ledger(Section section) {
    Path directory = path(section.text("directory", "./ledger"));
    LedgerConfig.Calls calls = section.oneOf("calls", LedgerConfig.Calls.RECORDED);
    LedgerConfig.Ack ack = section.oneOf("ack", LedgerConfig.Ack.WRITTEN);
    LedgerConfig.OnFailure onFailure =
        section.oneOf(
            "on-failure",
            calls == LedgerConfig.Calls.COUNTED
                ? LedgerConfig.OnFailure.SERVE
                : LedgerConfig.OnFailure.REFUSE);
    return section.make(() -> new LedgerConfig(directory, calls, ack, onFailure));
  }

  private @Nullable Path keys(Section section) {
    Path file = section.has("file") ? TlsReader.readable(folder, section, "file") : null;
    section.make(() -> "");
    return file;
  }

  private static @Nullable CallerConfig caller(Section section) {
    String certificate = section.text("certificate");
    String tenant = section.text("tenant");
    String principal = section.text("principal");
    List<String> models = section.texts("models");
    return section.make(() -> new CallerConfig(certificate, tenant, principal, models));
  }

  private GatewayConfig.@Nullable Tracing tracing(Section section) {
    String endpoint = section.text("endpoint", "");
    int samplePpm = section.value("sample", "1%", Values::percent);
    return section.make(() -> new GatewayConfig.Tracing(endpoint, samplePpm));
  }

  private @Nullable Limits limits(Section section) {
    Map<Limit, String> given = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      if (section.has(limit.key())) {
        section.value(
            limit.key(),
            limit.defaultText(),
            text -> {
              given.put(limit, text);
              return limit.parse(text);
            });
      }
    }
    return section.make(() -> Limits.of(given));
  }

  private @Nullable HostConfig host(Section section) {
    String id = section.text("id");
    hosts.add(id);
    InetSocketAddress address = section.value("address", Values::address, NOWHERE);
    Path key = section.has("key") ? TlsReader.readable(folder, section, "key") : null;
    List<HostConfig.Serves> serves = section.list("serves", this::serves);
    ClientTls clientTls =
        section.has("tls") ? tls.client(section.section("tls"), address.getHostString()) : null;
    section.check(() -> HostConfig.check(address));
    CheckMethod healthCheck = section.oneOf("health-check", CheckMethod.MODEL_READY);
    return section.make(() -> new HostConfig(id, address, key, clientTls, serves, healthCheck));
  }

  private HostConfig.@Nullable Serves serves(Section section) {
    String model = section.text("model");
    String version = section.text("version");
    HostConfig.Serves serves = section.make(() -> new HostConfig.Serves(model, version));
    Map<String, ModelConfig> known = models;
    if (serves != null && known != null) {
      section.check(() -> GatewayConfig.checkServes(serves, known));
    }
    return serves;
  }

  private @Nullable RouteConfig route(Section section) {
    String key = section.has("method") ? "method" : "service";
    String name = key.equals("method") ? section.text("method") : section.text("service");
    if (key.equals("method") && section.has("service")) {
      section.problem("service", "stands beside method; leave one of them out");
    }
    List<String> to = section.texts("hosts");
    RouteConfig.Authentication authentication =
        section.oneOf("authentication", RouteConfig.Authentication.KEY);
    section.check(() -> RouteConfig.check(key, name, to));
    section.check(() -> RouteConfig.checkHosts(to, hosts));
    return section.make(() -> new RouteConfig(name, to, authentication));
  }

  /** Relative paths are relative to the file's folder, wherever the process was started. */
  private Path path(String text) {
    return folder.resolve(text).normalize();
  }
}
