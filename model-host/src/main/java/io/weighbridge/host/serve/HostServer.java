package io.weighbridge.host.serve;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.weighbridge.host.repository.ModelRepository;
import io.weighbridge.integrity.HostKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The host's listener and everything behind it, made once, in the order a call meets it.
 * Thread-safe once started.
 */
public final class HostServer implements AutoCloseable {
  private static final int BOOT_ID_BYTES = 16;
  private static final int LOOPS = 2;
  private static final int CALL_THREADS = 4;

  /* A peer that has not finished its preface by then is not a gRPC client. */
  private static final int HANDSHAKE_SECONDS = 10;
  /* The gateway pings more rarely than this; see gRFC A8 for what a faster one gets. */
  private static final int KEEPALIVE_PERMIT_SECONDS = 10;
  private static final int KEEPALIVE_SECONDS = 60;
  private static final int KEEPALIVE_TIMEOUT_SECONDS = 20;
  private static final int IDLE_MINUTES = 30;
  /* Also bounds a peer that opened a stream and never reads: its connection ends with the grace. */
  private static final int AGE_HOURS = 2;
  private static final int AGE_GRACE_MINUTES = 5;
  private static final int FLOW_WINDOW_BYTES = 1 << 20;
  private static final int RESET_WINDOW_SECONDS = 60;

  private final Limits limits;
  private final WorkerPool workers;
  private final ExecutorService callThreads;
  private final CallTimer bodyTimer = new CallTimer(CallTimer.BODY_MS);
  private final EventLoopGroup acceptLoop;
  private final EventLoopGroup loops;
  private final Server server;
  private final String bootId;
  private volatile boolean draining;

  /**
   * What the wiring needs from the configuration.
   *
   * @param workers threads that compute
   * @param version of this software, for ServerMetadata
   * @param tls null for plain text
   */
  public record Settings(
      String hostId,
      InetSocketAddress address,
      int workers,
      Limits limits,
      String version,
      @Nullable HostTls tls) {}

  /** Makes everything; {@link #start} opens the port. */
  public HostServer(Settings settings, HostKey key, ModelRepository repository, Clock clock)
      throws IOException {
    limits = settings.limits;
    byte[] boot = new byte[BOOT_ID_BYTES];
    new SecureRandom().nextBytes(boot);
    bootId = HexFormat.of().formatHex(boot);
    workers = new WorkerPool(settings.workers, limits.queueMax());
    callThreads = Executors.newFixedThreadPool(CALL_THREADS, named("call-"));
    acceptLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    loops = new MultiThreadIoEventLoopGroup(LOOPS, NioIoHandler.newFactory());
    CallTally tally = new CallTally();
    InferenceService inference =
        new InferenceService(
            repository, workers, () -> !draining && !repository.all().isEmpty(), settings.version);
    AttestationEndpoint attestation =
        new AttestationEndpoint(
            new AttestationEndpoint.Host(
                settings.hostId, key, ByteString.copyFrom(boot), clock.instant()),
            repository,
            tally,
            limits.attestationsPerSecondMax(),
            System::nanoTime);
    // A call meets the last interceptor first: every answer tells the boot id, refusals as well;
    // what is malformed is not counted; what is counted cannot hang for ever.
    server =
        transport(settings)
            .addService(
                ServerInterceptors.intercept(
                    ServerInterceptors.useInputStreamMessages(inference.bindService()),
                    new MessageRules(
                        new RequestMemory(limits.requestHeapBytesMax()), limits.messageBytesMax()),
                    bodyTimer,
                    tally,
                    new MetadataRules(),
                    new ResponseHeaders(bootId)))
            .addService(
                ServerInterceptors.intercept(
                    attestation.service(),
                    new TlsBinding(),
                    new MetadataRules(),
                    new ResponseHeaders(bootId)))
            .build();
  }

  /** Each of these is set in so many words: grpc-java leaves most of them open. */
  private NettyServerBuilder transport(Settings settings) throws IOException {
    NettyServerBuilder builder = NettyServerBuilder.forAddress(settings.address);
    if (settings.tls != null) {
      builder.sslContext(settings.tls.context());
    }
    return builder
        .channelFactory(() -> new BoundedServerChannel(limits.connectionsMax()))
        .bossEventLoopGroup(acceptLoop)
        .workerEventLoopGroup(loops)
        .executor(callThreads)
        .maxConcurrentCallsPerConnection(limits.streamsMax())
        .maxRstFramesPerWindow(limits.resetsPerMinuteMax(), RESET_WINDOW_SECONDS)
        .maxInboundMetadataSize(limits.headerBytesMax())
        .maxInboundMessageSize(limits.messageBytesMax())
        .flowControlWindow(FLOW_WINDOW_BYTES)
        .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
        .permitKeepAliveTime(KEEPALIVE_PERMIT_SECONDS, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES)
        .maxConnectionAge(AGE_HOURS, TimeUnit.HOURS)
        .maxConnectionAgeGrace(AGE_GRACE_MINUTES, TimeUnit.MINUTES);
  }

  private static ThreadFactory named(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return task -> new Thread(task, prefix + count.incrementAndGet());
  }

  /** Opens the port. */
  public InetSocketAddress start() throws IOException {
    server.start();
    return address();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getListenSockets().getFirst();
  }

  /** Hex of the 16 random bytes this process is known by. */
  public String bootId() {
    return bootId;
  }

  /**
   * Stops: not ready, no new calls, those in flight finish within the limit.
   *
   * @return whether all of them did
   */
  public boolean drain() throws InterruptedException {
    draining = true;
    server.shutdown();
    boolean done = server.awaitTermination(limits.drainSeconds(), TimeUnit.SECONDS);
    if (!done) {
      server.shutdownNow();
      server.awaitTermination(1, TimeUnit.SECONDS);
    }
    close();
    return done;
  }

  @Override
  public void close() {
    server.shutdownNow();
    workers.close();
    bodyTimer.close();
    callThreads.shutdown();
    var _ = acceptLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
