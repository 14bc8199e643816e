package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContextBuilder;
import io.weighbridge.gateway.config.ServerTls;
import io.weighbridge.gateway.tls.TlsContexts;
import io.weighbridge.integrity.TestCa;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What gets through the door of a TLS port, how much of it at once, and what is left outside. */
final class TlsDoorTest {
  private static final int LARGE_BYTES = 5 << 20;
  private static final int FLOOD = 400;

  /** The first bytes of a ClientHello that never goes on. */
  private static final byte[] BEGUN = {22, 3, 1, 2, 0, 1, 0};

  @TempDir private Path folder;

  private final TlsContexts contexts = new TlsContexts();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private TestCa ca;
  private PathHarness path;
  private FakeHost host;

  @BeforeEach
  void start() throws Exception {
    log.start();
    logger().addAppender(log);
    ca = new TestCa(folder, "ca");
    TestCa.Issued server = ca.issue("server", "DNS:localhost", "IP:127.0.0.1");
    ServerTls tls =
        new ServerTls(
            server.certificate(), server.key(), null, ServerTls.ClientCertificate.OPTIONAL);
    path =
        new PathHarness(
            PathHarness.limits(),
            new PathHarness.Ages(TimeUnit.HOURS.toNanos(1), Long.MAX_VALUE),
            contexts.server("predict", tls));
    host = new FakeHost(PathHarness.DIGEST);
    path.serve(PathHarness.DIGEST, host);
  }

  @AfterEach
  void stop() {
    logger().detachAppender(log);
    channels.forEach(ManagedChannel::shutdownNow);
    path.close();
    host.close();
    contexts.close();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("io.weighbridge.gateway");
  }

  private ManagedChannel channel() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                "localhost",
                path.address.getPort(),
                TlsChannelCredentials.newBuilder().trustManager(ca.file().toFile()).build())
            .maxInboundMessageSize(2 * LARGE_BYTES)
            .build();
    channels.add(channel);
    return channel;
  }

  private static Metadata key() {
    Metadata key = new Metadata();
    key.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + PathHarness.TOKEN);
    return key;
  }

  private GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub stub() throws Exception {
    return GRPCInferenceServiceGrpc.newFutureStub(channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(key()));
  }

  private static ModelInferRequest request(byte[] body) {
    return ModelInferRequest.newBuilder()
        .setModelName("m")
        .addRawInputContents(ByteString.copyFrom(body))
        .build();
  }

  private static ModelInferResponse answer(ListenableFuture<ModelInferResponse> call)
      throws Exception {
    return call.get(20, TimeUnit.SECONDS);
  }

  private SslContextBuilder client() {
    return SslContextBuilder.forClient()
        .trustManager(ca.file().toFile())
        .endpointIdentificationAlgorithm(null);
  }

  private static ApplicationProtocolConfig offering(String... protocols) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        protocols);
  }

  @Test
  void speaks12And13AndNothingOlder() throws Exception {
    try (TlsProbe probe = new TlsProbe()) {
      for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
        TlsProbe.Seen seen =
            probe.shakeHands(
                path.address,
                client()
                    .protocols(protocol)
                    .applicationProtocolConfig(offering("h2", "http/1.1"))
                    .build());
        assertThat(seen).isEqualTo(new TlsProbe.Seen(protocol, "h2", false));
      }
      for (String protocol : List.of("TLSv1", "TLSv1.1")) {
        TlsProbe.Seen seen =
            probe.shakeHands(
                path.address,
                client().protocols(protocol).applicationProtocolConfig(offering("h2")).build());
        assertThat(seen).isEqualTo(new TlsProbe.Seen(null, null, true));
      }
    }
    assertThat(path.folded).containsExactly("tls_protocol", "tls_protocol");
  }

  @Test
  void turnsAwayWhoDoesNotAgreeOnHttp2() throws Exception {
    try (TlsProbe probe = new TlsProbe()) {
      TlsProbe.Seen silent = probe.shakeHands(path.address, client().build());
      assertThat(silent.agreed()).isNull();
      assertThat(silent.left()).isTrue();
      TlsProbe.Seen other =
          probe.shakeHands(
              path.address, client().applicationProtocolConfig(offering("http/1.1")).build());
      assertThat(other.agreed()).isNull();
      assertThat(other.left()).isTrue();
    }
    assertThat(path.folded).containsExactly("tls_no_http2", "tls_no_http2");
  }

  @Test
  void messagesLongerThanAnyWindowPassBothWays() throws Exception {
    byte[] large = new byte[LARGE_BYTES];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) ((i * 31) >>> 3);
    }
    GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub stub = stub();
    List<ListenableFuture<ModelInferResponse>> calls = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      calls.add(stub.modelInfer(request(large)));
    }
    for (ListenableFuture<ModelInferResponse> call : calls) {
      assertThat(answer(call).getRawOutputContents(0).toByteArray()).isEqualTo(large);
    }
  }

  @Test
  void callsInFlightFinishWhileItDrains() throws Exception {
    byte[] body = new byte[LARGE_BYTES / 5];
    GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub stub = stub();
    answer(stub.modelInfer(request(new byte[1])));
    List<ListenableFuture<ModelInferResponse>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      calls.add(stub.modelInfer(request(body)));
    }
    await().until(() -> host.requests.size() > 1);

    path.port.drain();

    for (ListenableFuture<ModelInferResponse> call : calls) {
      assertThat(answer(call).getRawOutputContents(0).size()).isEqualTo(LARGE_BYTES / 5);
    }
    await().until(() -> path.connections() == 0);
  }

  @Test
  void handshakesThatNeverEndHoldNothingForLong() throws Exception {
    List<Socket> flood = new ArrayList<>();
    GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub stub = stub();
    answer(stub.modelInfer(request(new byte[1])));
    for (int i = 0; i < FLOOD; i++) {
      Socket one = new Socket(path.address.getAddress(), path.address.getPort());
      one.getOutputStream().write(BEGUN);
      flood.add(one);
      if (i % 2 == 0) {
        one.close();
      }
    }

    answer(stub.modelInfer(request(new byte[1])));
    await().until(() -> path.connections() == 1);

    assertThat(path.folded).hasSize(FLOOD).containsOnly("tls_peer_left", "tls_timeout");
    assertThat(path.folded.stream().filter("tls_timeout"::equals)).hasSize(FLOOD / 2);
    answer(stub.modelInfer(request(new byte[1])));
    assertThat(log.list.stream().filter(line -> line.getFormattedMessage().contains("no TLS")))
        .as("a line a second, and they take about two")
        .hasSizeBetween(1, 4);
    for (Socket one : flood) {
      one.close();
    }
  }

  @Test
  void brokenRecordsEndTheConnectionQuietly() throws Exception {
    try (Socket plain = new Socket(path.address.getAddress(), path.address.getPort())) {
      SSLSocket secured =
          (SSLSocket)
              ca.context(null)
                  .getSocketFactory()
                  .createSocket(plain, "localhost", path.address.getPort(), false);
      SSLParameters parameters = secured.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      secured.setSSLParameters(parameters);
      secured.startHandshake();
      // HTTP/2 has begun: the server's settings are there.
      assertThat(secured.getInputStream().read()).isNotNegative();

      byte[] record =
          "\027\003\003\000\040garbage that nobody has encrypted."
              .getBytes(StandardCharsets.ISO_8859_1);
      plain.getOutputStream().write(record);

      await().until(() -> path.connections() == 0);
      assertThat(path.violations.get()).isEqualTo(1);
      assertThat(log.list).as("a peer cannot fill the log").isEmpty();
    }
  }
}
