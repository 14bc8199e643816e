package io.weighbridge.gateway;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.Ticker;
import io.netty.util.internal.PlatformDependent;
import io.weighbridge.gateway.admission.Admission;
import io.weighbridge.gateway.admission.Bulkheads;
import io.weighbridge.gateway.admission.CallPlaces;
import io.weighbridge.gateway.admission.CallRates;
import io.weighbridge.gateway.admission.PlaceQueues;
import io.weighbridge.gateway.admission.Pressure;
import io.weighbridge.gateway.admission.PressureCause;
import io.weighbridge.gateway.admission.ProcessMemory;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.config.GatewayConfig;
import io.weighbridge.gateway.config.Limit;
import io.weighbridge.gateway.config.Limits;
import io.weighbridge.gateway.config.ModelConfig;
import io.weighbridge.gateway.http2.Flusher;
import io.weighbridge.gateway.http2.Headroom;
import io.weighbridge.gateway.http2.Http2Limits;
import io.weighbridge.gateway.http2.Http2Transport;
import io.weighbridge.gateway.http2.LoopClock;
import io.weighbridge.gateway.http2.Sweeper;
import io.weighbridge.gateway.http2.TlsStart;
import io.weighbridge.gateway.inbound.EventLoops;
import io.weighbridge.gateway.inbound.InboundEvents;
import io.weighbridge.gateway.inbound.InboundLimits;
import io.weighbridge.gateway.inbound.LoopParts;
import io.weighbridge.gateway.inbound.PredictPort;
import io.weighbridge.gateway.observe.CallMetrics;
import io.weighbridge.gateway.observe.LoopMetrics;
import io.weighbridge.gateway.observe.LoopWatch;
import io.weighbridge.gateway.observe.Metric;
import io.weighbridge.gateway.observe.trace.TraceStart;
import io.weighbridge.gateway.pipeline.CallEvents;
import io.weighbridge.gateway.pipeline.CallLimits;
import io.weighbridge.gateway.pipeline.CallLoop;
import io.weighbridge.gateway.pipeline.CallServices;
import io.weighbridge.gateway.pipeline.TimerWheel;
import io.weighbridge.gateway.record.Recorder;
import io.weighbridge.gateway.route.Router;
import io.weighbridge.gateway.upstream.NettyConnector;
import io.weighbridge.gateway.upstream.Upstream;
import io.weighbridge.gateway.upstream.UpstreamEvents;
import io.weighbridge.gateway.upstream.UpstreamLimits;
import io.weighbridge.gateway.upstream.health.HostHealth;
import io.weighbridge.gateway.upstream.health.LoopHealth;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The event loops and all that belongs to each: the path of a call, assembled. Immutable. */
final class DataPath {
  private static final double PPM = 1_000_000.0;

  /** The same of direct memory for each of the three kinds of bytes that are held. */
  private static final int BUFFERED_DIRECT_PARTS = 3;

  private final GatewayConfig config;
  private final Limits limits;
  private final CallMetrics metrics;
  private final HostHealth health;
  private final CallRates rates;
  private final Bulkheads bulkheads;
  private final CallPlaces places;
  private final ProcessMemory memory;
  private final List<Pressure> pressures = new ArrayList<>();
  private final Consumer<HostTable.Host> hostLost;
  private final CallEvents calls;
  private final EventLoops loops;
  private final List<LoopParts> parts = new ArrayList<>();

  /**
   * Assembles one path per loop.
   *
   * @param hostLost hears that a connection to a host ended, from event loops
   */
  DataPath(
      GatewayConfig config,
      EventLoops loops,
      CallServices services,
      Ledger ledger,
      CallMetrics metrics,
      HostHealth health,
      Consumer<HostTable.Host> hostLost) {
    this.config = config;
    this.limits = config.limits();
    this.loops = loops;
    this.metrics = metrics;
    this.health = health;
    this.hostLost = hostLost;
    this.calls = services.events();
    rates = new CallRates(config.rates());
    bulkheads = bulkheads(config, metrics.slots());
    places = new CallPlaces(limits.count(Limit.CALLS_IN_FLIGHT_MAX), loops.all().size());
    memory = new ProcessMemory(PooledByteBufAllocator.DEFAULT, Ticker.systemTicker());
    SplittableRandom random = new SplittableRandom();
    for (EventLoop loop : loops.all()) {
      parts.add(loop(parts.size(), loop, services, ledger, random.split()));
    }
  }

  private LoopParts loop(
      int index, EventLoop loop, CallServices services, Ledger ledger, SplittableRandom random) {
    long queuedBytesMax = bufferedBytesMax(limits, loops.all().size());
    LoopClock clock = new LoopClock(loop.ticker());
    Headroom headroom = headroom();
    Flusher flusher = new Flusher(loop, queuedBytesMax, headroom);
    Pressure pressure = new Pressure(queuedBytesMax, headroom, memory::heap);
    pressures.add(pressure);
    LoopHealth hosts = health.loop(index);
    LoopMetrics figures = metrics.loop(index);
    LoopWatch.begin(
        loop,
        flusher,
        List.of(
            figures::looked,
            pressure::looked,
            (lagNs, _) -> hosts.lag().looked(lagNs, LoopWatch.PERIOD_NS)));
    Sweeper sweeper = new Sweeper(loop);
    Http2Transport transport = new Http2Transport(clock, flusher, sweeper);
    UpstreamLimits hostLimits = upstreamLimits();
    NettyConnector connector =
        new NettyConnector(
            loop,
            EventLoops.clientChannel(),
            transport,
            hostLimits.http2(),
            hostLimits.connectNs());
    CallLoop callLoop =
        new CallLoop(
            services,
            new Admission(
                rates,
                bulkheads,
                places.part(),
                pressure,
                queues(loop, queuedBytesMax),
                random.split()),
            new Upstream(connector, hostLimits, random.split(), new HostEvents(), clock, hosts),
            new Router(random.split()),
            recorder(ledger.lane(index)),
            figures,
            new TimerWheel(loop, clock),
            traces(random.split()));
    return new LoopParts(index, loop, transport, sweeper, callLoop);
  }

  private Headroom headroom() {
    LongAdder missed = metrics.tally(Metric.BUFFERS_MISSED);
    return new Headroom(
        memory::direct,
        PlatformDependent.maxDirectMemory() / loops.all().size(),
        () -> {
          missed.increment();
          memory.giveBack();
        });
  }

  private Recorder recorder(Lane lane) {
    return recordsCalls() ? new Recorder(lane) : Recorder.counting(lane);
  }

  /** Whether calls leave a record. */
  boolean recordsCalls() {
    return config.ledger().calls() == GatewayConfig.LedgerConfig.Calls.RECORDED;
  }

  private PlaceQueues queues(EventLoop loop, long bytesMax) {
    return new PlaceQueues(
        new PlaceQueues.Limits(
            limits.ns(Limit.QUEUE_TIME_MAX), limits.count(Limit.QUEUED_CALLS_MAX), bytesMax),
        loop);
  }

  /**
   * How many calls of a hundred are refused for this, on the loop that refuses most. Any thread.
   */
  int shedPercent(PressureCause cause) {
    return pressures.stream().mapToInt(pressure -> pressure.percent(cause)).max().orElse(0);
  }

  private static Bulkheads bulkheads(GatewayConfig config, Slots slots) {
    Map<Integer, Integer> placesMax = new HashMap<>();
    for (ModelConfig model : config.models()) {
      if (model.inFlightMax() > 0) {
        placesMax.put(slots.of(model.name(), ""), model.inFlightMax());
      }
    }
    return new Bulkheads(placesMax);
  }

  private TraceStart traces(SplittableRandom random) {
    return config.tracing().endpoint().isEmpty()
        ? TraceStart.passing(random)
        : TraceStart.exporting(random, config.tracing().samplePpm() / PPM);
  }

  /**
   * The port in front of the loops; not open yet.
   *
   * @param tls null for plain text
   */
  PredictPort port(@Nullable SslContext tls) {
    InboundLimits inbound =
        new InboundLimits(
            limits.count(Limit.CALLER_CONNECTIONS_MAX),
            limits.count(Limit.PEER_CONNECTIONS_PER_SECOND_MAX),
            limits.count(Limit.PEER_HANDSHAKES_PER_SECOND_MAX),
            limits.ns(Limit.TLS_HANDSHAKE_MAX),
            limits.ns(Limit.CALLER_CONNECTION_AGE_MAX),
            http2Limits(limits.count(Limit.CONCURRENT_STREAMS_MAX)));
    return new PredictPort(loops, parts, inbound, new CallerEvents(), tls);
  }

  static CallLimits callLimits(Limits limits, int loopCount) {
    return new CallLimits(
        (int) limits.bytes(Limit.MESSAGE_BYTES_MAX),
        (int) limits.bytes(Limit.PEEK_BYTES_MAX),
        (int) limits.bytes(Limit.RETRY_BODY_BYTES_MAX),
        (int) limits.bytes(Limit.STREAM_WINDOW_BYTES),
        limits.ns(Limit.CALL_DURATION_MAX),
        limits.ns(Limit.BODY_IDLE_MAX),
        (int) limits.bytes(Limit.INFLATED_BYTES_MAX),
        bufferedBytesMax(limits, loopCount),
        new CallLimits.Streams(
            limits.ns(Limit.STREAM_DURATION_MAX),
            limits.ns(Limit.STREAM_IDLE_MAX),
            limits.ns(Limit.STREAM_DRAIN_MAX),
            limits.count(Limit.STREAM_UNANSWERED_MAX)));
  }

  /**
   * Bytes that one loop may hold of each kind: for slow receivers, of requests being inflated, of
   * requests that wait for a place.
   */
  private static long bufferedBytesMax(Limits limits, int loopCount) {
    long allowed = PlatformDependent.maxDirectMemory() / BUFFERED_DIRECT_PARTS;
    return Math.min(limits.bytes(Limit.PROCESS_BUFFERED_BYTES_MAX), allowed)
        / Math.max(1, loopCount);
  }

  private UpstreamLimits upstreamLimits() {
    return new UpstreamLimits(
        limits.count(Limit.HOST_CONNECTIONS_MAX),
        limits.count(Limit.HOST_QUEUE_CALLS_MAX),
        limits.ns(Limit.HOST_CONNECT_MAX),
        limits.ns(Limit.HOST_BACKOFF_MAX),
        limits.ns(Limit.HOST_CONNECTION_AGE_MAX),
        http2Limits(0));
  }

  private Http2Limits http2Limits(int streamsMax) {
    return new Http2Limits(
        streamsMax,
        (int) limits.bytes(Limit.STREAM_WINDOW_BYTES),
        (int) limits.bytes(Limit.CONNECTION_WINDOW_BYTES),
        (int) limits.bytes(Limit.HEADER_LIST_BYTES_MAX),
        limits.count(Limit.RESETS_PER_SECOND_MAX),
        limits.count(Limit.CONTROL_FRAMES_PER_SECOND_MAX),
        limits.bytes(Limit.BUFFERED_BYTES_MAX),
        limits.ns(Limit.WRITE_STALL_MAX),
        limits.ns(Limit.HEADER_COMPLETION_MAX),
        limits.ns(Limit.HOST_SILENCE_MAX));
  }

  private final class HostEvents implements UpstreamEvents {
    @Override
    public void connected(HostTable.Host host) {
      metrics.tally(Metric.HOST_CONNECTIONS_OPENED).increment();
      metrics.tally(Metric.HOST_CONNECTIONS).increment();
    }

    @Override
    public void disconnected(HostTable.Host host) {
      metrics.tally(Metric.HOST_CONNECTIONS).decrement();
      hostLost.accept(host);
    }

    @Override
    public void connectFailed(HostTable.Host host) {
      metrics.tally(Metric.HOST_CONNECTIONS_FAILED).increment();
      hostLost.accept(host);
    }

    @Override
    public void protocolError(HostTable.Host host) {
      metrics.tally(Metric.HTTP2_PROTOCOL_ERRORS).increment();
    }
  }

  private final class CallerEvents implements InboundEvents {
    @Override
    public void connectionOpened() {
      metrics.tally(Metric.CALLER_CONNECTIONS_ACCEPTED).increment();
      metrics.tally(Metric.CALLER_CONNECTIONS).increment();
    }

    @Override
    public void connectionClosed() {
      metrics.tally(Metric.CALLER_CONNECTIONS).decrement();
    }

    @Override
    public void connectionRefused() {
      metrics.tally(Metric.CALLER_CONNECTIONS_REFUSED).increment();
    }

    @Override
    public void streamRefused() {
      metrics.tally(Metric.CALLER_STREAMS_REFUSED).increment();
    }

    @Override
    public void handshakeFailed(TlsStart.Fault fault) {
      metrics.tally(Metric.TLS_HANDSHAKES_FAILED).increment();
      if (fault.refused()) {
        calls.refusedUnidentified(fault.word(), Refusal.CREDENTIALS_INVALID.grpcCode());
      }
    }

    @Override
    public void connectionViolated(boolean flood) {
      metrics.tally(flood ? Metric.HTTP2_FLOOD_STRIKES : Metric.HTTP2_PROTOCOL_ERRORS).increment();
    }
  }
}
