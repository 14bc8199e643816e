package io.weighbridge.gateway.config;

import static java.util.Objects.requireNonNull;

import io.weighbridge.gateway.admission.RateRule;
import io.weighbridge.gateway.config.GatewayConfig.LedgerConfig;
import io.weighbridge.gateway.config.ListenConfig.Listener;
import io.weighbridge.gateway.upstream.check.CheckMethod;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads gateway.yaml: one method per section. Confined to the reading thread. */
final class GatewayConfigReader {
  private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("-", 1);

  private final Path folder;
  private final TlsReader tls;

  private GatewayConfigReader(Path folder) {
    this.folder = folder;
    this.tls = new TlsReader(folder);
  }

  static GatewayConfig read(Path file) throws ConfigException {
    Problems problems = new Problems(file);
    Section root = Yaml.read(file, problems);
    Path folder = requireNonNull(file.toAbsolutePath().getParent(), "a file has a folder");
    GatewayConfig config = new GatewayConfigReader(folder).root(root);
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
    List<HostConfig> hosts = root.list("hosts", this::host);
    boolean recorded = ledger == null || ledger.calls() == LedgerConfig.Calls.RECORDED;
    List<ModelConfig> models = root.list("models", new ModelReader(recorded)::read);
    List<RouteConfig> routes = root.list("routes", GatewayConfigReader::route);
    root.check(() -> GatewayConfig.checkHosts(hosts));
    root.check(() -> GatewayConfig.checkModels(models));
    root.check(() -> RateReader.checkAll(rates));
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
            hosts,
            models,
            routes));
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
        given.put(limit, section.text(limit.key()));
        section.value(limit.key(), limit.defaultText(), limit::parse);
      }
    }
    return section.make(() -> Limits.of(given));
  }

  private @Nullable HostConfig host(Section section) {
    String id = section.text("id");
    InetSocketAddress address = section.value("address", Values::address, NOWHERE);
    Path key = section.has("key") ? TlsReader.readable(folder, section, "key") : null;
    List<HostConfig.Serves> serves = section.list("serves", GatewayConfigReader::serves);
    ClientTls clientTls =
        section.has("tls") ? tls.client(section.section("tls"), address.getHostString()) : null;
    CheckMethod healthCheck = section.oneOf("health-check", CheckMethod.MODEL_READY);
    return section.make(() -> new HostConfig(id, address, key, clientTls, serves, healthCheck));
  }

  private static HostConfig.@Nullable Serves serves(Section section) {
    String model = section.text("model");
    String version = section.text("version");
    return section.make(() -> new HostConfig.Serves(model, version));
  }

  private static @Nullable RouteConfig route(Section section) {
    String key = section.has("method") ? "method" : "service";
    String name = key.equals("method") ? section.text("method") : section.text("service");
    if (key.equals("method") && section.has("service")) {
      section.problem("service", "stands beside method; leave one of them out");
    }
    List<String> hosts = section.texts("hosts");
    RouteConfig.Authentication authentication =
        section.oneOf("authentication", RouteConfig.Authentication.KEY);
    section.check(() -> RouteConfig.check(key, name, hosts));
    return section.make(() -> new RouteConfig(name, hosts, authentication));
  }

  /** Relative paths are relative to the file's folder, wherever the process was started. */
  private Path path(String text) {
    return folder.resolve(text).normalize();
  }
}
