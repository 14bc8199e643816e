package io.weighbridge.conformance.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.TestServiceImpl;
import io.weighbridge.conformance.process.CallerKey;
import io.weighbridge.conformance.process.GatewayProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The interop cases that gRPC publishes, with grpc-java's own client and server and the gateway
 * between them, which routes {@code grpc.testing.TestService} by a rule. Source: gRPC
 * "interop-test-descriptions", and the list of the client.
 */
class InteropTest {
  /** Cases that say nothing about an intermediary, or cannot be played by this client or server. */
  private static final Map<String, String> NOT_PLAYED =
      Map.ofEntries(
          Map.entry("cacheable_unary", "needs a caching HTTP proxy, and this server lacks it"),
          Map.entry("client_compressed_unary", "this server does not answer its probe"),
          Map.entry("client_compressed_streaming", "this server does not answer its probe"),
          Map.entry("compute_engine_creds", "needs credentials of Google's"),
          Map.entry("compute_engine_channel_credentials", "needs credentials of Google's"),
          Map.entry("service_account_creds", "needs credentials of Google's"),
          Map.entry("jwt_token_creds", "needs credentials of Google's"),
          Map.entry("oauth2_auth_token", "needs credentials of Google's"),
          Map.entry("per_rpc_creds", "needs credentials of Google's"),
          Map.entry("google_default_credentials", "needs credentials of Google's"),
          Map.entry("orca_per_rpc", "asks a load balancer of xDS in the client"),
          Map.entry("orca_oob", "asks a load balancer of xDS in the client"));

  private static final String[] SOAK = {
    "--soak_iterations=50",
    "--soak_num_threads=5",
    "--soak_max_failures=0",
    "--soak_overall_timeout_seconds=60",
    "--soak_per_iteration_max_acceptable_latency_ms=5000"
  };

  private static final CallerKey KEY = new CallerKey("interop", "[\"/*\"]");

  private static ScheduledExecutorService timers;
  private static Server server;
  private static GatewayProcess gateway;

  /** One case, played on a client that is connected. */
  interface Case {
    void play(InteropClient client) throws Exception;
  }

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    timers = Executors.newScheduledThreadPool(2);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
            .addService(
                ServerInterceptors.intercept(
                    new TestServiceImpl(timers), TestServiceImpl.interceptors()))
            .build()
            .start();
    List<String> services =
        List.of("grpc.testing.TestService", "grpc.testing.UnimplementedService");
    Files.writeString(folder.resolve("keys.yaml"), KEY.keysFile());
    Files.writeString(folder.resolve("gateway.yaml"), config(services, server.getPort()));
    gateway = new GatewayProcess(folder);
  }

  private static String config(List<String> services, int hostPort) {
    StringBuilder routes = new StringBuilder();
    services.forEach(
        name -> routes.append("  - {service: ").append(name).append(", hosts: [interop]}\n"));
    return """
    gateway: {id: gw-interop}
    listen:
      predict: {address: "127.0.0.1:0"}
      admin: {address: "127.0.0.1:0"}
      http: {address: "127.0.0.1:0"}
    keys: {file: keys.yaml}
    hosts:
      - {id: interop, address: "127.0.0.1:%d"}
    routes:
    """
            .formatted(hostPort)
        + routes;
  }

  @AfterAll
  static void stop() throws Exception {
    try (GatewayProcess stopping = gateway) {
      server.shutdownNow();
      timers.shutdownNow();
      assertThat(stopping.stop()).isZero();
    }
  }

  private static Arguments of(String name, Case played) {
    return arguments(name, played);
  }

  static Stream<Arguments> published() {
    return Stream.of(
        of("empty_unary", InteropClient::emptyUnary),
        of("large_unary", InteropClient::largeUnary),
        of("client_compressed_unary_noprobe", client -> client.clientCompressedUnary(false)),
        of("server_compressed_unary", InteropClient::serverCompressedUnary),
        of("client_streaming", InteropClient::clientStreaming),
        of(
            "client_compressed_streaming_noprobe",
            client -> client.clientCompressedStreaming(false)),
        of("server_streaming", InteropClient::serverStreaming),
        of("server_compressed_streaming", InteropClient::serverCompressedStreaming),
        of("ping_pong", InteropClient::pingPong),
        of("empty_stream", InteropClient::emptyStream),
        of("custom_metadata", InteropClient::customMetadata),
        of("status_code_and_message", InteropClient::statusCodeAndMessage),
        of("special_status_message", InteropClient::specialStatusMessage),
        of("unimplemented_method", InteropClient::unimplementedMethod),
        of("unimplemented_service", InteropClient::unimplementedService),
        of("cancel_after_begin", InteropClient::cancelAfterBegin),
        of("cancel_after_first_response", InteropClient::cancelAfterFirstResponse),
        of("timeout_on_sleeping_server", InteropClient::timeoutOnSleepingServer),
        of("very_large_request", InteropClient::veryLargeRequest),
        of("pick_first_unary", client -> client.playApart("pick_first_unary")),
        of("rpc_soak", client -> client.playApart("rpc_soak", SOAK)),
        of("channel_soak", client -> client.playApart("channel_soak", SOAK)));
  }

  /** What the client knows beyond the published list. */
  static Stream<Arguments> further() {
    return Stream.of(
        of("empty_unary, retried", InteropClient::emptyUnaryWithRetriableStream),
        of("full duplex", InteropClient::fullDuplexCallShouldSucceed),
        of("half duplex", InteropClient::halfDuplexCallShouldSucceed),
        of("flow control", InteropClient::serverStreamingShouldBeFlowControlled),
        of("very large response", InteropClient::veryLargeResponse),
        of("metadata, unary", InteropClient::exchangeMetadataUnaryCall),
        of("metadata, streaming", InteropClient::exchangeMetadataStreamingCall),
        of("deadline not exceeded", InteropClient::deadlineNotExceeded),
        of("deadline exceeded", InteropClient::deadlineExceeded),
        of("deadline exceeded, streaming", InteropClient::deadlineExceededServerStreaming),
        of("deadline in the past", InteropClient::deadlineInPast),
        of("largest message in", InteropClient::maxInboundSize_exact),
        of("too large a message in", InteropClient::maxInboundSize_tooBig),
        of("largest message out", InteropClient::maxOutboundSize_exact),
        of("too large a message out", InteropClient::maxOutboundSize_tooBig),
        of("graceful shutdown", InteropClient::gracefulShutdown));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"published", "further"})
  void passesThroughTheGateway(String name, Case played) throws Exception {
    InteropClient client = new InteropClient(gateway.predict().getPort(), KEY);
    client.setUp();
    try {
      played.play(client);
    } finally {
      client.tearDown();
    }
  }

  @Test
  void leavesNoPublishedCaseOut() throws Exception {
    Set<String> known = new HashSet<>(NOT_PLAYED.keySet());
    published().forEach(each -> assertThat(known.add((String) each.get()[0])).isTrue());
    // The client keeps its list to itself.
    Class<?> list = Class.forName("io.grpc.testing.integration.TestCases");
    Set<String> all = new HashSet<>();
    for (Object constant : list.getEnumConstants()) {
      all.add(((Enum<?>) constant).name().toLowerCase(Locale.ROOT));
    }
    assertThat(known).isEqualTo(all);
  }
}
