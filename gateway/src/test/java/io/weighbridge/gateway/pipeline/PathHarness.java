package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import inference.GRPCInferenceServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.admission.Admission;
import io.weighbridge.gateway.admission.Bulkheads;
import io.weighbridge.gateway.admission.CallPlaces;
import io.weighbridge.gateway.admission.CallRates;
import io.weighbridge.gateway.admission.PlaceQueues;
import io.weighbridge.gateway.admission.Pressure;
import io.weighbridge.gateway.attestation.HostCounters;
import io.weighbridge.gateway.call.AuthMethod;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.HostTls;
import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.Flusher;
import io.weighbridge.gateway.http2.Headroom;
import io.weighbridge.gateway.http2.Http2Limits;
import io.weighbridge.gateway.http2.Http2Transport;
import io.weighbridge.gateway.http2.LoopClock;
import io.weighbridge.gateway.http2.Sweeper;
import io.weighbridge.gateway.identity.KeyTable;
import io.weighbridge.gateway.inbound.EventLoops;
import io.weighbridge.gateway.inbound.InboundLimits;
import io.weighbridge.gateway.inbound.LoopParts;
import io.weighbridge.gateway.inbound.PredictPort;
import io.weighbridge.gateway.local.LocalServices;
import io.weighbridge.gateway.local.Serving;
import io.weighbridge.gateway.observe.CallMetrics;
import io.weighbridge.gateway.observe.trace.SpanSink;
import io.weighbridge.gateway.observe.trace.TraceStart;
import io.weighbridge.gateway.record.Recorder;
import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.gateway.route.Router;
import io.weighbridge.gateway.route.ServiceRule;
import io.weighbridge.gateway.route.ServiceTable;
import io.weighbridge.gateway.upstream.NettyConnector;
import io.weighbridge.gateway.upstream.Upstream;
import io.weighbridge.gateway.upstream.UpstreamLimits;
import io.weighbridge.gateway.upstream.health.HealthLimits;
import io.weighbridge.gateway.upstream.health.HostHealth;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The data path alone, on one event loop, with hosts, a lane and tables that a test controls. */
final class PathHarness implements AutoCloseable {
  static final String DIGEST = "sha256:" + "ab".repeat(32);

  /** A model that the tests' caller may not see. */
  static final String HIDDEN = "hidden";

  static final String SECRET = "s".repeat(43);
  static final String TOKEN = "wb_demo_" + SECRET;

  /** Of another caller of the same tenant. */
  static final String OTHER_TOKEN = "wb_second_" + SECRET;

  static final HealthLimits HEALTH = new HealthLimits(TimeUnit.SECONDS.toNanos(5), 0, 100);
  static final Http2Limits HTTP2 =
      new Http2Limits(
          100,
          256 << 10,
          1 << 20,
          16 << 10,
          200,
          10_000,
          8 << 20,
          2_000_000_000L,
          2_000_000_000L,
          60_000_000_000L);

  /** As an operator has them who says nothing. */
  static final long QUEUE_NS_MAX = TimeUnit.MILLISECONDS.toNanos(50);

  static final int QUEUED_CALLS_MAX = 100;

  /** Calls that may watch health at a time. */
  static final int WATCHES_MAX = 3;

  /** When calls of "m" may run twice; see {@link #serve}. */
  ModelSpec.SecondTry secondTry = ModelSpec.SecondTry.NEVER;

  /** Share of the memory for buffers that is in use; looked at with every read. */
  volatile double memoryUsed;

  volatile boolean ready = true;
  volatile boolean draining;
  volatile boolean outOfMemory;
  final FakeLane lane = new FakeLane();
  final CurrentTables tables = new CurrentTables();
  final List<String> mismatches = new CopyOnWriteArrayList<>();
  final List<String> folded = new CopyOnWriteArrayList<>();
  final Slots slots = new Slots();
  final CallMetrics metrics = new CallMetrics(1, slots);

  /** Places of all models. */
  static final int CALLS_MAX = 10_000;

  /** Places of "m". */
  static final int PLACES = 40;

  private final Bulkheads bulkheads = new Bulkheads(Map.of(slots.of("m", ""), PLACES));
  private final HostCounters counters = new HostCounters(16);
  private final Seats seats = new Seats();
  final InetSocketAddress address;
  private final EventLoops loops = new EventLoops(1);
  final List<HostTable.Host> hosts = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Upstream upstream;
  private final Sweeper sweeper;

  /** Looks when a test says so. */
  final HostHealth health;

  final PredictPort port;
  private final PathEvents connectionEvents = new PathEvents(folded);
  final AtomicInteger opened = connectionEvents.opened;
  final AtomicInteger refused = connectionEvents.refused;
  final AtomicInteger violations = connectionEvents.violations;
  final AtomicInteger openedToHosts = connectionEvents.openedToHosts;

  /** Ages at which connections are replaced. */
  record Ages(long callerNs, long hostNs) {}

  private static final Ages AGES = new Ages(TimeUnit.HOURS.toNanos(1), Long.MAX_VALUE);

  /** How many calls hosts get at a time, and how long others wait meanwhile. */
  record Waits(HealthLimits health, long queueNsMax, int callsMax) {
    Waits(HealthLimits health, long queueNsMax) {
      this(health, queueNsMax, CALLS_MAX);
    }
  }

  private static final Waits WAITS = new Waits(HEALTH, QUEUE_NS_MAX);

  PathHarness(CallLimits limits) throws Exception {
    this(limits, CallRates.NONE);
  }

  PathHarness(CallLimits limits, CallRates rates) throws Exception {
    this(limits, AGES, null, rates, WAITS, true);
  }

  PathHarness(CallLimits limits, Ages ages) throws Exception {
    this(limits, ages, null);
  }

  PathHarness(CallLimits limits, Ages ages, @Nullable SslContext tls) throws Exception {
    this(limits, ages, tls, CallRates.NONE, WAITS, true);
  }

  PathHarness(CallLimits limits, Waits waits) throws Exception {
    this(limits, AGES, null, CallRates.NONE, waits, true);
  }

  /** Calls leave no record. */
  static PathHarness counting() throws Exception {
    return new PathHarness(limits(), AGES, null, CallRates.NONE, WAITS, false);
  }

  private PathHarness(
      CallLimits limits,
      Ages ages,
      @Nullable SslContext tls,
      CallRates rates,
      Waits waits,
      boolean recorded)
      throws Exception {
    EventLoop loop = loops.all().get(0);
    health = new HostHealth(1, loop.ticker(), waits.health(), this::served);
    Headroom headroom = new Headroom(() -> memoryUsed, 1, () -> {});
    Flusher flusher = new Flusher(loop, 64 << 20, headroom);
    sweeper = new Sweeper(loop);
    LoopClock clock = new LoopClock(loop.ticker());
    Http2Transport transport = new Http2Transport(clock, flusher, sweeper);
    upstream =
        new Upstream(
            new NettyConnector(
                loop, EventLoops.clientChannel(), transport, HTTP2, TimeUnit.SECONDS.toNanos(2)),
            new UpstreamLimits(
                4, 1000, TimeUnit.SECONDS.toNanos(2), 200_000_000L, ages.hostNs(), HTTP2),
            new Random(1),
            connectionEvents,
            clock,
            health.loop(0));
    CallServices services =
        new CallServices(
            tables,
            limits,
            new Attestation(),
            new Events(),
            SpanSink.NONE,
            new LocalServices(new Switches(), metrics, WATCHES_MAX, true),
            !recorded,
            AsciiString.of("gw-test"),
            AsciiString.of("1"));
    CallLoop callLoop =
        new CallLoop(
            services,
            admission(rates, bulkheads, loop, waits.queueNsMax(), waits.callsMax(), headroom),
            upstream,
            new Router(new Random(2)),
            recorded ? new Recorder(lane) : Recorder.counting(lane),
            metrics.loop(0),
            new TimerWheel(loop, clock),
            TraceStart.passing(new Random(3)));
    LoopParts parts = new LoopParts(0, loop, transport, sweeper, callLoop);
    port =
        new PredictPort(
            loops,
            List.of(parts),
            new InboundLimits(
                1000, 1000, 1000, TimeUnit.SECONDS.toNanos(1), ages.callerNs(), HTTP2),
            connectionEvents,
            tls);
    address = port.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    tables.publish(keys());
  }

  static Admission admission(
      CallRates rates,
      Bulkheads bulkheads,
      EventLoop loop,
      long queueNsMax,
      int callsMax,
      Headroom headroom) {
    PlaceQueues.Limits limits = new PlaceQueues.Limits(queueNsMax, QUEUED_CALLS_MAX, 64 << 20);
    PlaceQueues queues = new PlaceQueues(limits, loop);
    return new Admission(
        rates,
        bulkheads,
        new CallPlaces(callsMax, 1).part(),
        new Pressure(64 << 20, headroom, () -> 0),
        queues,
        new Random(4));
  }

  private List<HostHealth.Version> served() {
    int slot = slots.of("m", "1");
    return List.of(new HostHealth.Version(slot, List.of(tables.get().hosts().eligible(slot))));
  }

  static CallLimits limits() {
    long minute = TimeUnit.MINUTES.toNanos(1);
    return limits(new CallLimits.Streams(minute, minute, minute, 8));
  }

  static CallLimits limits(CallLimits.Streams streams) {
    return new CallLimits(
        64 << 20,
        32 << 10,
        64 << 10,
        256 << 10,
        TimeUnit.SECONDS.toNanos(30),
        TimeUnit.SECONDS.toNanos(30),
        1 << 20,
        16 << 20,
        streams);
  }

  static KeyTable keys() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(SECRET.getBytes(US_ASCII));
    return new KeyTable(
        Map.of(
            "demo", new KeyTable.StoredKey(hash, caller("svc", "demo")),
            "second", new KeyTable.StoredKey(hash, caller("other", "second"))));
  }

  private static Caller caller(String principal, String keyId) {
    Set<String> models = Set.of("m", "/shop.Cart");
    return new Caller("acme", principal, AuthMethod.API_KEY, keyId, models);
  }

  /** One model "m" with version 1 on the given hosts, attested when a digest is given. */
  void serve(@Nullable String expected, FakeHost... on) {
    serve(expected, Stream.of(on).map(FakeHost::address).toArray(InetSocketAddress[]::new));
  }

  /** The same at these addresses. */
  void serve(@Nullable String expected, InetSocketAddress... on) {
    routeOne(expected);
    RouteTable routes = tables.get().routes();
    Target target = java.util.Objects.requireNonNull(routes.target("m", "1"));
    HostTable.Eligible[] eligible = new HostTable.Eligible[on.length];
    for (int i = 0; i < on.length; i++) {
      HostTable.Host host = new HostTable.Host(hosts.size(), "host-" + i, on[i]);
      hosts.add(host);
      eligible[i] =
          new HostTable.Eligible(
              host,
              expected == null ? HostTable.Proof.UNVERIFIED : HostTable.Proof.VERIFIED,
              FakeHost.BOOT_ID,
              "",
              1,
              7,
              seats.of(host, target.slot()));
    }
    publish(target, eligible);
  }

  /** The same on one host behind TLS that proved this key. */
  void serveSecured(FakeHost on, HostTls secured, String tlsKeyHash) {
    routeOne(DIGEST);
    Target target = java.util.Objects.requireNonNull(tables.get().routes().target("m", "1"));
    HostTable.Host host =
        new HostTable.Host(hosts.size(), "host-" + hosts.size(), on.address(), secured);
    hosts.add(host);
    publish(
        target,
        new HostTable.Eligible(
            host,
            HostTable.Proof.VERIFIED,
            FakeHost.BOOT_ID,
            tlsKeyHash,
            1,
            7,
            seats.of(host, target.slot())));
  }

  private void publish(Target target, HostTable.Eligible... eligible) {
    HostTable.Eligible[][] bySlot = new HostTable.Eligible[target.slot() + 1][];
    java.util.Arrays.fill(bySlot, new HostTable.Eligible[0]);
    bySlot[target.slot()] = eligible;
    tables.publish(new HostTable(bySlot));
  }

  /** A rule for a service or method, in front of an address. */
  void routeService(String name, boolean authenticated, InetSocketAddress on) {
    HostTable.Host host = new HostTable.Host(hosts.size(), "service-host", on);
    hosts.add(host);
    tables.publish(
        new ServiceTable(
            List.of(new ServiceRule(name, List.of(host), authenticated, slots, seats))));
  }

  /** Routes all calls that name no version to this one of "m", which has 1 and 2 now. */
  void shift(String version) {
    ModelSpec.Range all = new ModelSpec.Range(0, 1_000_000, version);
    ModelSpec.Version first = new ModelSpec.Version("1", DIGEST, 0);
    ModelSpec.Version second = new ModelSpec.Version("2", DIGEST, 0);
    route(List.of(first, second), List.of(all));
  }

  private void routeOne(@Nullable String expected) {
    route(
        List.of(new ModelSpec.Version("1", expected, 0)),
        List.of(new ModelSpec.Range(0, 1_000_000, "1")));
  }

  private void route(List<ModelSpec.Version> versions, List<ModelSpec.Range> ranges) {
    ModelSpec spec =
        new ModelSpec(
            "m",
            1,
            2,
            new ModelSpec.Sticky(ModelSpec.Sticky.By.NOTHING, ""),
            versions,
            Map.of("stable", "1"),
            ranges,
            null,
            ModelSpec.PayloadDigest.BOTH,
            secondTry);
    ModelSpec hidden =
        new ModelSpec(
            HIDDEN,
            3,
            4,
            new ModelSpec.Sticky(ModelSpec.Sticky.By.NOTHING, ""),
            List.of(new ModelSpec.Version("7", null, 0)),
            Map.of(),
            List.of(new ModelSpec.Range(0, 1_000_000, "7")),
            null,
            ModelSpec.PayloadDigest.OFF,
            ModelSpec.SecondTry.NEVER);
    tables.publish(RouteTable.of(1, List.of(spec, hidden), slots));
  }

  /** Calls in flight on the host of this place in the list of all that ever served. */
  long inFlight(int host) {
    return counters.inFlight(hosts.get(host));
  }

  /** The one that everything here runs on. */
  EventLoop loop() {
    return loops.all().get(0);
  }

  int connections() {
    return loops.connectionCount();
  }

  ManagedChannel channel() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address)
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .build();
    channels.add(channel);
    return channel;
  }

  GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub() {
    return stub("Bearer " + TOKEN);
  }

  GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub(String authorization) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
    return GRPCInferenceServiceGrpc.newBlockingStub(channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  /** Takes the connections of all callers away. */
  void disconnect() {
    channels.forEach(ManagedChannel::shutdownNow);
    channels.clear();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    if (!loop().isShuttingDown()) {
      // A loop that stops on a busy machine may not tell everybody what went with it.
      loop().submit(() -> sweeper.connections().forEach(Connection::close)).syncUninterruptibly();
      loop().submit(() -> {}).syncUninterruptibly();
    }
    loops.close();
  }

  private final class Events implements CallEvents {
    @Override
    public void refusedUnidentified(String reason, int grpcCode) {
      folded.add(reason);
    }

    @Override
    public void unroutable() {}
  }

  private final class Switches implements Serving {
    @Override
    public boolean ready() {
      if (outOfMemory) {
        throw new OutOfMemoryError("as told");
      }
      return ready && !draining;
    }

    @Override
    public boolean draining() {
      return draining;
    }
  }

  private final class Attestation implements AttestationEvents {
    @Override
    public HostCounters counters() {
      return counters;
    }

    @Override
    public void mismatch(HostTable.Host host, Target target, @Nullable AsciiString observed) {
      mismatches.add(host.id());
    }

    @Override
    public void processChanged(HostTable.Host host, @Nullable AsciiString bootId) {
      mismatches.add(host.id() + " restarted");
    }

    @Override
    public void generationChanged(HostTable.Host host) {
      // The fake host never reloads.
    }
  }
}
