package io.weighbridge.gateway.control;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC server of operators and auditors, on its own port. Every limit is set: grpc-java's
 * defaults bound neither streams nor resets. Thread-safe.
 */
final class AdminServer implements AutoCloseable {
  static final int CALLS_PER_CONNECTION_MAX = 32;
  static final int MESSAGE_BYTES_MAX = 1 << 20;
  static final int METADATA_BYTES_MAX = 8 << 10;
  static final int WINDOW_BYTES = 256 << 10;

  /** Resets of one connection in {@link #RESET_WINDOW_S}; operators hardly ever cancel. */
  static final int RESETS_MAX = 100;

  static final int RESET_WINDOW_S = 10;

  private static final long PING_PERMIT_S = 10;
  private static final long PING_AFTER_S = 60;
  private static final long PING_WAIT_S = 20;
  private static final long CONNECTION_IDLE_S = 600;
  private static final long CONNECTION_AGE_S = 3_600;
  private static final long CONNECTION_GRACE_S = 60;
  private static final long HANDSHAKE_S = 10;

  /** What calls in flight get at the end. */
  private static final long DRAIN_S = 5;

  private final Server server;

  // Calls wait for the ledger; a virtual thread each, as many as connections and streams allow.
  private final ExecutorService calls =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("admin-", 0).factory());

  /**
   * A server that does not listen yet.
   *
   * @param tls null for plain text
   */
  AdminServer(
      InetSocketAddress address,
      @Nullable SslContext tls,
      AdminAuth auth,
      List<BindableService> services) {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .executor(calls)
            .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .maxInboundMetadataSize(METADATA_BYTES_MAX)
            .flowControlWindow(WINDOW_BYTES)
            .maxRstFramesPerWindow(RESETS_MAX, RESET_WINDOW_S)
            .permitKeepAliveTime(PING_PERMIT_S, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(PING_AFTER_S, TimeUnit.SECONDS)
            .keepAliveTimeout(PING_WAIT_S, TimeUnit.SECONDS)
            .maxConnectionIdle(CONNECTION_IDLE_S, TimeUnit.SECONDS)
            .maxConnectionAge(CONNECTION_AGE_S, TimeUnit.SECONDS)
            .maxConnectionAgeGrace(CONNECTION_GRACE_S, TimeUnit.SECONDS)
            .handshakeTimeout(HANDSHAKE_S, TimeUnit.SECONDS);
    if (tls != null) {
      builder.sslContext(tls);
    }
    services.forEach(service -> builder.addService(ServerInterceptors.intercept(service, auth)));
    server = builder.build();
  }

  /** Listens, and answers with the port. */
  int start() throws IOException {
    return server.start().getPort();
  }

  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(DRAIN_S, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    calls.shutdown();
  }
}
