package io.weighbridge.gateway.pipeline;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.admission.Bulkheads;
import io.weighbridge.gateway.admission.CallRates;
import io.weighbridge.gateway.attestation.HostCounters;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.http2.Flusher;
import io.weighbridge.gateway.http2.Http2Transport;
import io.weighbridge.gateway.http2.LoopClock;
import io.weighbridge.gateway.http2.Sweeper;
import io.weighbridge.gateway.http2.TestHeadroom;
import io.weighbridge.gateway.local.LocalServices;
import io.weighbridge.gateway.observe.CallMetrics;
import io.weighbridge.gateway.observe.trace.SpanSink;
import io.weighbridge.gateway.observe.trace.TraceStart;
import io.weighbridge.gateway.pipeline.SimulatedHost.Mood;
import io.weighbridge.gateway.record.Recorder;
import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.gateway.route.ModelSpec.SecondTry;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.gateway.route.Router;
import io.weighbridge.gateway.upstream.HostConnection;
import io.weighbridge.gateway.upstream.Upstream;
import io.weighbridge.gateway.upstream.UpstreamLimits;
import io.weighbridge.gateway.upstream.check.CheckTiming;
import io.weighbridge.gateway.upstream.check.HostChecks;
import io.weighbridge.gateway.upstream.check.SimulatedChecks;
import io.weighbridge.gateway.upstream.check.SimulatedChecks.Says;
import io.weighbridge.gateway.upstream.health.HealthLimits;
import io.weighbridge.gateway.upstream.health.HostHealth;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A gateway's data path between callers and hosts that all run on one loop in virtual time, over
 * lines that lose and delay. The same seed is the same world. Confined to one thread.
 */
final class SimulatedWorld {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private static final AtomicInteger WORLDS = new AtomicInteger();
  static final CallLimits LIMITS = limits();

  /** As an operator has them who says nothing. */
  static final CheckTiming CHECKS = new CheckTiming(5 * SECOND_NS, SECOND_NS);

  private static final int HOSTS = 3;
  private static final int CALLERS = 3;
  private static final int CONNECT_MS_MAX = 1_500;
  private static final int CALM_ANSWER_MS_MAX = 20;
  private static final int CROWDED_CALLS = 2;
  private static final int SAYS_MS_MAX = 3_000;
  private static final List<Says> SAYINGS = List.of(Says.values());

  final SimulatedLoop loop;
  final SimulatedLane lane = new SimulatedLane();

  /** What callers and hosts speak; the gateway has its own. */
  final Http2Transport peers;

  private final String name;
  private final LoopClock clock;
  private final Flusher flusher;
  private final Sweeper sweeper;
  private final HostHealth health;
  private final SimulatedChecks checks;
  private final Seats seats = new Seats();
  private final Upstream upstream;
  private final CallMetrics metrics;
  private final CurrentTables tables = new CurrentTables();
  private final HostCounters counters = new HostCounters(HOSTS);
  private final SimulatedBystander bystander = new SimulatedBystander(counters);
  private final List<HostTable.Host> hostEntries = new ArrayList<>();
  final List<SimulatedHost> hosts = new ArrayList<>();
  final List<SimulatedCaller> callers = new ArrayList<>();
  final boolean calm;
  private boolean well;

  /** A world of this seed. */
  SimulatedWorld(long seed) throws Exception {
    this(seed, false);
  }

  /**
   * A world of this seed.
   *
   * @param calm whether all is sound but the moods of hosts
   */
  SimulatedWorld(long seed, boolean calm) throws Exception {
    this(seed, calm, calm ? SecondTry.WHEN_LATE : SecondTry.NEVER);
  }

  /** The same, with calls that may run twice then. */
  SimulatedWorld(long seed, boolean calm, SecondTry secondTry) throws Exception {
    this.calm = calm;
    well = calm;
    loop = new SimulatedLoop(seed);
    // Worlds of one seed must not meet.
    name = "world-" + WORLDS.incrementAndGet();
    clock = new LoopClock(loop.events.ticker());
    peers = new Http2Transport(clock, loop.flusher(), new Sweeper(loop.events));
    flusher = loop.flusher();
    sweeper = new Sweeper(loop.events);
    Http2Transport transport = new Http2Transport(clock, flusher, sweeper);
    Slots slots = new Slots();
    metrics = new CallMetrics(1, slots);
    health = new HostHealth(1, loop.events.ticker(), healthLimits(seed), this::served);
    upstream = upstream(transport);
    CallLoop calls = calls();
    SimulatedMemory memory =
        new SimulatedMemory(loop.allocator, new SplittableRandom(seed), () -> well);
    serve(
        "gateway",
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            transport.serve(channel, PathHarness.HTTP2, new SimulatedSession(calls, memory));
          }
        });
    for (int i = 0; i < HOSTS; i++) {
      addHost(i);
    }
    publish(slots, secondTry);
    checks =
        new SimulatedChecks(
            hostEntries,
            CHECKS,
            new HostChecks.Source(this::served, slots),
            loop.events.ticker(),
            new SplittableRandom(seed),
            health,
            host -> hosts.get(host.index()).asked(),
            loop::after);
    for (int i = 0; i < CALLERS; i++) {
      callers.add(new SimulatedCaller(this, "caller" + i, PathHarness.TOKEN));
    }
  }

  /** In every other world that is not calm, hosts begin with so few calls that others wait. */
  private HealthLimits healthLimits(long seed) {
    HealthLimits usual = PathHarness.HEALTH;
    return calm || seed % 2 == 0
        ? usual
        : new HealthLimits(usual.restMaxNs(), usual.waitMaxNs(), CROWDED_CALLS);
  }

  private static CallLimits limits() {
    CallLimits usual = PathHarness.limits();
    return new CallLimits(
        usual.messageBytesMax(),
        usual.peekBytesMax(),
        usual.retryBodyBytesMax(),
        usual.streamWindowBytes(),
        6 * SECOND_NS,
        3 * SECOND_NS,
        usual.inflatedBytesMax(),
        usual.inflatingBytesMax(),
        new CallLimits.Streams(9 * SECOND_NS, 4 * SECOND_NS, SECOND_NS, 3));
  }

  private Upstream upstream(Http2Transport transport) {
    UpstreamLimits limits =
        new UpstreamLimits(2, 20, 2 * SECOND_NS, SECOND_NS, 5 * SECOND_NS, PathHarness.HTTP2);
    return new Upstream(
        (host, to, pauseNs) -> loop.after(pauseNs, () -> connect(transport, host, to)),
        limits,
        loop.random.split(),
        bystander,
        clock,
        health.loop(0));
  }

  private CallLoop calls() {
    CallServices services =
        new CallServices(
            tables,
            LIMITS,
            bystander,
            bystander,
            SpanSink.NONE,
            new LocalServices(bystander, metrics, 3, false),
            false,
            AsciiString.of("gw-test"),
            AsciiString.of("1"));
    SplittableRandom random = loop.random.split();
    return new CallLoop(
        services,
        PathHarness.admission(
            CallRates.NONE,
            Bulkheads.NONE,
            loop.events,
            PathHarness.QUEUE_NS_MAX,
            PathHarness.CALLS_MAX,
            TestHeadroom.ample()),
        upstream,
        new Router(random.split()),
        new Recorder(lane),
        metrics.loop(0),
        new TimerWheel(loop.events, clock),
        TraceStart.passing(random.split()));
  }

  LocalAddress address() {
    return address("gateway");
  }

  private LocalAddress address(String of) {
    return new LocalAddress(name + "-" + of);
  }

  private void serve(String as, ChannelInitializer<Channel> initializer) {
    var _ =
        new ServerBootstrap()
            .group(loop.events)
            .channel(LocalServerChannel.class)
            .childOption(ChannelOption.ALLOCATOR, loop.allocator)
            .childHandler(initializer)
            .bind(address(as));
  }

  private void addHost(int index) {
    SimulatedHost host = new SimulatedHost(loop);
    if (calm) {
      host.mood = Mood.WELL;
      host.pauseMsMax = CALM_ANSWER_MS_MAX;
    }
    hosts.add(host);
    hostEntries.add(
        new HostTable.Host(
            index,
            "host-" + index,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1 + index)));
    serve(
        "host-" + index,
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            if (host.mood == Mood.DEAD) {
              var _ = channel.close();
              return;
            }
            host.channels.add(channel);
            channel.pipeline().addLast(new SimulatedLine(loop, weather(30, 15)));
            peers.serve(channel, PathHarness.HTTP2, host);
          }
        });
  }

  private SimulatedLine.Weather weather(int latencyMsMax, int faultPercent) {
    boolean prompt = calm || loop.happens(50);
    return new SimulatedLine.Weather(prompt ? 0 : latencyMsMax, well ? 0 : faultPercent);
  }

  SimulatedLine.Weather callerWeather() {
    return weather(20, 15);
  }

  private void publish(Slots slots, SecondTry secondTry) throws Exception {
    ModelSpec spec =
        new ModelSpec(
            "m",
            1,
            2,
            new ModelSpec.Sticky(ModelSpec.Sticky.By.NOTHING, ""),
            List.of(new ModelSpec.Version("1", PathHarness.DIGEST, 0)),
            Map.of(),
            List.of(new ModelSpec.Range(0, 1_000_000, "1")),
            null,
            ModelSpec.PayloadDigest.BOTH,
            secondTry);
    tables.publish(PathHarness.keys());
    tables.publish(RouteTable.of(1, List.of(spec), slots));
    Target only = Objects.requireNonNull(tables.get().routes().target("m", "1"));
    HostTable.Eligible[] eligible =
        hostEntries.stream()
            .map(host ->
                new HostTable.Eligible(
                    host,
                    HostTable.Proof.VERIFIED,
                    FakeHost.BOOT_ID,
                    "",
                    1,
                    7,
                    seats.of(host, only.slot())))
            .toArray(HostTable.Eligible[]::new);
    HostTable.Eligible[][] bySlot = new HostTable.Eligible[only.slot() + 1][];
    Arrays.fill(bySlot, new HostTable.Eligible[0]);
    bySlot[only.slot()] = eligible;
    tables.publish(new HostTable(bySlot));
  }

  private List<HostHealth.Version> served() {
    Target only = Objects.requireNonNull(tables.get().routes().target("m", "1"));
    return List.of(
        new HostHealth.Version(only.slot(), List.of(tables.get().hosts().eligible(only.slot()))));
  }

  private void lookAtHealth() {
    health.look();
    loop.after(HostHealth.LOOK_NS, this::lookAtHealth);
  }

  private void lookAtChecks() {
    checks.look();
    loop.after(SimulatedChecks.LOOK_NS, this::lookAtChecks);
  }

  /** Hosts say that they are not ready, or nothing at all, now and then, whatever they are. */
  private void hostsSay() {
    if (!well) {
      SimulatedHost any = hosts.get(loop.random.nextInt(HOSTS));
      any.says = loop.happens(70) ? Says.READY : SAYINGS.get(loop.random.nextInt(SAYINGS.size()));
      loop.after(loop.someMs(SAYS_MS_MAX), this::hostsSay);
    }
  }

  /** Connects late, or not at all. */
  private void connect(Http2Transport transport, HostTable.Host host, HostConnection connection) {
    if (!well && loop.happens(25)) {
      loop.after(loop.someMs(CONNECT_MS_MAX), connection::closed);
      return;
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop.events)
            .channel(LocalChannel.class)
            .option(ChannelOption.ALLOCATOR, loop.allocator)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    transport.connect(channel, PathHarness.HTTP2, connection);
                  }
                });
    loop.after(
        well || loop.happens(60) ? 1 : loop.someMs(CONNECT_MS_MAX),
        () -> {
          var _ = bootstrap.connect(address(host.id()));
        });
  }

  /** Begins a calm world's life. */
  void begin() {
    lookAtHealth();
    lookAtChecks();
  }

  /** Puts a host into a mood; one that dies takes its connections with it. */
  void change(int host, Mood mood) {
    hosts.get(host).mood = mood;
    if (mood == Mood.DEAD) {
      hosts.get(host).hangUp();
    }
  }

  /** The share of calls that arrive at a host over that time. */
  double share(int host, long durationNs) {
    int before = hosts.get(host).accepted;
    int allBefore = accepted();
    loop.run(durationNs);
    return (double) (hosts.get(host).accepted - before) / (accepted() - allBefore);
  }

  /** Calls that arrived at hosts so far. */
  int accepted() {
    return hosts.stream().mapToInt(host -> host.accepted).sum();
  }

  /** Lets it be, then heals it, asks for a last round, closes everything and judges. */
  List<String> live(long seconds) {
    ledgerFills();
    hostsSay();
    lookAtHealth();
    lookAtChecks();
    loop.run(seconds * SECOND_NS);
    callers.forEach(SimulatedCaller::stopCalling);
    heal();
    loop.run(12 * SECOND_NS);
    loop.expect(flusher.queuedBytes() == 0 || anyUnsound(), "bytes wait for nobody");
    List<SimulatedCall> last = lastRound();
    loop.run(8 * SECOND_NS);
    last.forEach(
        call -> loop.expect(call.answeredOk(), "call " + call.key + " ended with " + call.end()));
    callers.forEach(SimulatedCaller::disconnect);
    upstream.close();
    loop.run(2 * SECOND_NS);
    judge();
    return loop.faults();
  }

  /** The ledger takes nothing now and then, for a while. */
  private void ledgerFills() {
    if (!well) {
      lane.full = loop.happens(10);
      loop.after(loop.someMs(500), this::ledgerFills);
    }
  }

  private void heal() {
    well = true;
    lane.full = false;
    hosts.forEach(host -> {
      host.mood = Mood.WELL;
      host.says = Says.READY;
    });
    // What broke silently would stay so: a host that vanished is noticed by the kernel.
    closeHosts();
  }

  private void closeHosts() {
    hosts.forEach(SimulatedHost::hangUp);
  }

  private boolean anyUnsound() {
    return callers.stream().anyMatch(caller -> !caller.sound());
  }

  /** A call on each connection that has lived through it all: its windows must be whole. */
  private List<SimulatedCall> lastRound() {
    List<SimulatedCall> last = new ArrayList<>();
    for (SimulatedCaller caller : callers) {
      SimulatedCall call = caller.sound() ? caller.call(SimulatedCall.Way.LAST) : null;
      if (call != null) {
        last.add(call);
      }
    }
    return last;
  }

  private void judge() {
    for (SimulatedCaller caller : callers) {
      for (SimulatedCall call : caller.calls) {
        int seen = 0;
        for (SimulatedHost host : hosts) {
          seen += host.seen.getOrDefault(call.key, 0);
        }
        call.judge(seen);
      }
    }
    hostEntries.forEach(
        host -> loop.expect(counters.inFlight(host) == 0, host.id() + " has calls in flight"));
    loop.expect(metrics.waiting(metrics.slots().of("m", "1")) == 0, "calls wait for ever");
    loop.expect(sweeper.connections().isEmpty(), "connections are left");
    loop.expect(flusher.queuedBytes() == 0, flusher.queuedBytes() + " bytes are queued");
    loop.expect(loop.usedBytes() == 0, loop.usedBytes() + " bytes of buffers leaked");
  }

  /** How its calls ended: a status and a reason each. */
  Stream<String> ends() {
    return callers.stream()
        .flatMap(caller -> caller.calls.stream())
        .map(call -> call.end().replaceFirst(":.*", ""));
  }
}
