package io.weighbridge.gateway;

import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.attestation.AttestationTiming;
import io.weighbridge.gateway.attestation.Attestations;
import io.weighbridge.gateway.attestation.EnrolledHost;
import io.weighbridge.gateway.attestation.Enrolment;
import io.weighbridge.gateway.attestation.HostCounters;
import io.weighbridge.gateway.attestation.HostState;
import io.weighbridge.gateway.attestation.QuarantineFile;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.NanoClock;
import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.config.GatewayConfig;
import io.weighbridge.gateway.config.Limit;
import io.weighbridge.gateway.config.RouteConfig;
import io.weighbridge.gateway.control.ControlPlane;
import io.weighbridge.gateway.inbound.EventLoops;
import io.weighbridge.gateway.inbound.PredictPort;
import io.weighbridge.gateway.local.LocalServices;
import io.weighbridge.gateway.observe.CallMetrics;
import io.weighbridge.gateway.observe.HttpPort;
import io.weighbridge.gateway.observe.Metric;
import io.weighbridge.gateway.observe.MetricsPage;
import io.weighbridge.gateway.observe.trace.OtlpSpans;
import io.weighbridge.gateway.observe.trace.SpanSink;
import io.weighbridge.gateway.pipeline.CallServices;
import io.weighbridge.gateway.pipeline.CurrentTables;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.gateway.route.ServiceRule;
import io.weighbridge.gateway.route.ServiceTable;
import io.weighbridge.gateway.tls.TlsContexts;
import io.weighbridge.gateway.upstream.check.CheckMethod;
import io.weighbridge.gateway.upstream.check.CheckTiming;
import io.weighbridge.gateway.upstream.check.HostChecks;
import io.weighbridge.gateway.upstream.health.HealthLimits;
import io.weighbridge.gateway.upstream.health.HostHealth;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.LedgerInUseException;
import io.weighbridge.ledger.write.LedgerFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wiring of one gateway: makes every object once, in the order of the path, and takes them down
 * the other way round. Confined to the main thread.
 */
final class GatewayServer {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);
  static final String VERSION = "0.1.0";

  /** How often start and drain look whether what they wait for has happened. */
  private static final long LOOK_MS = 20;

  /** What callers get to hear the end of calls that were cut short: two looks of the sweeper. */
  private static final long FAREWELL_NS_MAX = 3_000_000_000L;

  /** How long a start waits for hosts to prove themselves; calls before that would be refused. */
  private static final long FIRST_PROOF_MS_MAX = 3_000;

  private final GatewayConfig config;
  private final TlsContexts tls = new TlsContexts();
  private final Slots slots = new Slots();
  private final Seats seats = new Seats();
  private final CurrentTables tables = new CurrentTables();
  private final Readiness readiness;
  private final EventLoops loops;
  private final Ledger ledger;
  private final CallMetrics metrics;
  private final SpanSink spans;
  private final HostCounters hostCounters;
  private final Attestations attestations;
  private final HostHealth health;
  private final HostChecks checks;
  private final DataPath path;
  private final PredictPort predictPort;
  private final ControlPlane control;
  private final int adminPort;
  private final HttpPort httpPort;
  private final InetSocketAddress predictAddress;

  private GatewayServer(GatewayConfig config)
      throws ConfigException, IOException, InterruptedException {
    this.config = config;
    int loopCount = Runtime.getRuntime().availableProcessors();
    // What the configuration names must be good before anything is opened that a start leaves
    // behind.
    SslContext predictTls = tls.server("predict", config.listen().predict().tls());
    SslContext adminTls = tls.server("admin", config.listen().admin().tls());
    SSLContext httpTls = tls.jdkServer("http", config.listen().http().tls());
    List<EnrolledHost> hosts = new HostEnrolment(tls).of(config.hosts());
    ledger = ledger(config, loopCount);
    warnOfUnrecordedCalls();
    readiness = new Readiness(ledger);
    metrics = new CallMetrics(loopCount, slots);
    spans = spans();
    tables.publish(services(hosts));
    hostCounters = new HostCounters(hosts.size());
    attestations = attestations(hosts);
    health = health(loopCount);
    checks = checks(hosts);
    loops = new EventLoops(loopCount);
    path =
        new DataPath(
            config,
            loops,
            services(),
            ledger,
            metrics,
            health,
            host -> attestations.connectionChanged(host, ""));
    predictPort = path.port(predictTls);
    control =
        new ControlPlane(
            config,
            ledger,
            slots,
            new ControlPlane.Tables(this::publish, tables::publish, ids -> drain(hosts, ids)),
            ControlViews.of(knownHosts(), slots, metrics, tables),
            adminTls);
    control.start();
    adminPort =
        StartException.listening(
            "listen.admin.address", config.listen().admin().address(), control::listen);
    readiness.configured();
    attestations.start();
    health.start();
    checks.start();
    awaitFirstProofs();
    httpPort =
        StartException.listening(
            "listen.http.address", config.listen().http().address(), () -> httpPort(httpTls));
    InetSocketAddress predict = config.listen().predict().address();
    predictAddress =
        StartException.listening(
            "listen.predict.address", predict, () -> predictPort.open(predict));
  }

  private Attestations attestations(List<EnrolledHost> hosts) throws IOException {
    return new Attestations(
        new Enrolment(config.gateway().id(), hosts, seats),
        new AttestationTiming(
            config.limits().ns(Limit.ATTESTATION_PERIOD), config.limits().ns(Limit.STALE_MAX)),
        ledger,
        NanoClock.SYSTEM,
        hostCounters,
        QuarantineFile.open(config.gateway().state().resolve("quarantined")),
        tables::publish);
  }

  private HostHealth health(int loopCount) {
    return new HostHealth(
        loopCount,
        Ticker.systemTicker(),
        HealthLimits.of(
            config.limits().ns(Limit.HOST_REST_MAX), config.limits().ns(Limit.HOST_WAIT_MAX)),
        new ServedVersions(tables));
  }

  private HostChecks checks(List<EnrolledHost> hosts) {
    Map<HostTable.Host, CheckMethod> methods = new HashMap<>();
    for (EnrolledHost host : hosts) {
      // In the order of the configuration, as they were made.
      methods.put(host.host(), config.hosts().get(host.host().index()).healthCheck());
    }
    return HostChecks.of(
        methods,
        new CheckTiming(
            config.limits().ns(Limit.HOST_CHECK_PERIOD), config.limits().ns(Limit.HOST_CHECK_MAX)),
        new HostChecks.Source(new ServedVersions(tables), slots),
        Ticker.systemTicker(),
        new SplittableRandom(),
        health);
  }

  private KnownHosts knownHosts() {
    return new KnownHosts(attestations, health, checks, hostCounters);
  }

  private HttpPort httpPort(@Nullable SSLContext secured) throws IOException {
    return new HttpPort(
        config.listen().http().address(),
        secured,
        new MetricsPage(
            metrics, new Figures(ledger, knownHosts(), tables, readiness, tls, path), VERSION),
        readiness::notReady);
  }

  /** Starts a gateway; everything listens when this returns. */
  static GatewayServer start(GatewayConfig config)
      throws ConfigException, IOException, InterruptedException {
    return new GatewayServer(config);
  }

  private static Ledger ledger(GatewayConfig config, int loopCount) throws IOException {
    try {
      return LedgerFiles.open(
          LedgerConfig.of(
              config.ledger().directory(),
              config.gateway().state(),
              config.gateway().id(),
              VERSION,
              loopCount));
    } catch (LedgerInUseException e) {
      throw StartException.ledgerInUse(e);
    }
  }

  private void warnOfUnrecordedCalls() {
    if (config.ledger().calls() == GatewayConfig.LedgerConfig.Calls.COUNTED) {
      LOG.warn(
          "calls leave no record, only their number (ledger: {calls: counted}): nobody can find out"
              + " who asked what, or which model answered");
    }
  }

  /** Gives every host a moment to prove itself, so that the first calls do not find none. */
  private void awaitFirstProofs() throws InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FIRST_PROOF_MS_MAX);
    while (System.nanoTime() - deadlineNs < 0
        && attestations.hosts().stream().anyMatch(host -> host.state() == HostState.CONNECTING)) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
  }

  private SpanSink spans() {
    String endpoint = config.tracing().endpoint();
    if (endpoint.isEmpty()) {
      return SpanSink.NONE;
    }
    return OtlpSpans.to(
        URI.create(endpoint),
        config.gateway().id(),
        new OtlpSpans.Tallies(
            metrics.tally(Metric.SPANS_EXPORTED), metrics.tally(Metric.SPANS_DROPPED)));
  }

  private ServiceTable services(List<EnrolledHost> enrolled) {
    Map<String, HostTable.Host> byId = new HashMap<>();
    enrolled.forEach(host -> byId.put(host.host().id(), host.host()));
    List<ServiceRule> rules = new ArrayList<>();
    for (RouteConfig route : config.routes()) {
      rules.add(
          new ServiceRule(
              route.name(),
              route.hosts().stream().map(byId::get).toList(),
              route.authentication() == RouteConfig.Authentication.KEY,
              slots,
              seats));
    }
    return new ServiceTable(rules);
  }

  private CallServices services() {
    return new CallServices(
        tables,
        DataPath.callLimits(config.limits(), loops.all().size()),
        new PathAttestation(attestations, hostCounters),
        new CountedCalls(ledger, metrics),
        spans,
        new LocalServices(
            readiness,
            metrics,
            config.limits().count(Limit.HEALTH_WATCHES_MAX),
            config.gateway().reflection()),
        servesUnrecorded(),
        AsciiString.of(config.gateway().id()),
        AsciiString.of(String.valueOf(ledger.bootEpoch())));
  }

  private boolean servesUnrecorded() {
    return config.ledger().onFailure() == GatewayConfig.LedgerConfig.OnFailure.SERVE;
  }

  /**
   * Why the ledger takes no more records before a new start, where no call may go without; empty
   * for as long as that is not so.
   */
  String fatalFailure() {
    Ledger.Status status = ledger.status();
    return status.terminal() && !servesUnrecorded() ? status.failure() : "";
  }

  /** Hosts are judged against the new versions before calls can be routed to them. */
  private void publish(RouteTable routes) {
    List<Target> targets = new ArrayList<>();
    for (ModelRoute model : routes.models()) {
      targets.addAll(List.of(model.targets()));
    }
    attestations.routesChanged(targets);
    tables.publish(routes);
  }

  private void drain(List<EnrolledHost> hosts, Set<String> ids) {
    health.drain(
        hosts.stream().map(EnrolledHost::host).filter(host -> ids.contains(host.id())).toList());
  }

  /** The line that tells scripts where everything listens. */
  String readyLine() {
    InetSocketAddress admin =
        new InetSocketAddress(config.listen().admin().address().getAddress(), adminPort);
    return "ready predict=%s admin=%s http=%s"
        .formatted(text(predictAddress), text(admin), text(httpPort.address()));
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  /**
   * Stops in the order that shows callers no error: not ready any more, goodbye on every caller's
   * connection, calls in flight finish within the limit, the rest is told, the ledger is sealed.
   */
  void stop() throws IOException, InterruptedException {
    // Closed from the last to the first, whatever becomes of any: the ledger is sealed once nothing
    // is recorded any more, and waits for no collector of spans.
    try (tls;
        OtlpSpans _ = spans instanceof OtlpSpans exporting ? exporting : null;
        ledger;
        httpPort;
        attestations;
        health;
        checks;
        loops;
        control) {
      drainCallers();
    }
  }

  private void drainCallers() throws InterruptedException {
    readiness.drain();
    predictPort.drain();
    if (!callersLeft(config.limits().ns(Limit.DRAIN_MAX))) {
      LOG.warn("calls took longer than {}; they are cut short", Limit.DRAIN_MAX.key());
      predictPort.cutShort();
      if (!callersLeft(FAREWELL_NS_MAX)) {
        LOG.warn("{} connections of callers are closed as they are", loops.connectionCount());
      }
    }
  }

  private boolean callersLeft(long withinNs) throws InterruptedException {
    long deadlineNs = System.nanoTime() + withinNs;
    while (loops.connectionCount() > 0 && System.nanoTime() - deadlineNs < 0) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
    return loops.connectionCount() == 0;
  }
}
