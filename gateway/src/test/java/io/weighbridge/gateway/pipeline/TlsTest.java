package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.gateway.call.AuthMethod;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.HostTls;
import io.weighbridge.gateway.call.TlsPeer;
import io.weighbridge.gateway.config.ClientTls;
import io.weighbridge.gateway.config.ServerTls;
import io.weighbridge.gateway.identity.KeyTable;
import io.weighbridge.gateway.tls.TlsContexts;
import io.weighbridge.integrity.TestCa;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls through TLS on both sides, and everyone who must not get that far. */
final class TlsTest {
  private static final String ANY_KEY = "another key";

  @TempDir private Path folder;

  private final TlsContexts contexts = new TlsContexts();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private TestCa ca;
  private TestCa.Issued server;
  private PathHarness path;
  private FakeHost host;

  @BeforeEach
  void start() throws Exception {
    ca = new TestCa(folder, "ca");
    server = ca.issue("server", "DNS:localhost", "IP:127.0.0.1");
    ServerTls tls =
        new ServerTls(
            server.certificate(), server.key(), ca.file(), ServerTls.ClientCertificate.REQUIRED);
    path =
        new PathHarness(
            PathHarness.limits(),
            new PathHarness.Ages(TimeUnit.HOURS.toNanos(1), Long.MAX_VALUE),
            contexts.server("predict", tls));
    host = new FakeHost(PathHarness.DIGEST);
    path.serve(PathHarness.DIGEST, host);
    Caller caller = new Caller("acme", "svc", AuthMethod.MTLS, "URI:spiffe://svc", Set.of("m"));
    path.tables.publish(
        new KeyTable(path.tables.get().keys().keysById(), Map.of("URI:spiffe://svc", caller)));
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    path.close();
    host.close();
    contexts.close();
  }

  private static ModelInferRequest request() {
    return ModelInferRequest.newBuilder()
        .setModelName("m")
        .addRawInputContents(ByteString.copyFromUtf8("x"))
        .build();
  }

  private GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub(
      TestCa.@Nullable Issued shown) throws Exception {
    TlsChannelCredentials.Builder credentials =
        TlsChannelCredentials.newBuilder().trustManager(ca.file().toFile());
    if (shown != null) {
      credentials.keyManager(shown.certificate().toFile(), shown.key().toFile());
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", path.address.getPort(), credentials.build())
            .build();
    channels.add(channel);
    return GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  private void refused(TestCa.@Nullable Issued shown) throws Exception {
    int before = path.folded.size();
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub(shown).withDeadlineAfter(5, TimeUnit.SECONDS).modelInfer(request()));
    assertThat(failure).isNotNull();
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    await().until(() -> path.folded.size() > before);
    assertThat(path.folded.getLast()).isEqualTo("tls_certificate");
    assertThat(host.requests).isEmpty();
  }

  @Test
  void aCertificateNamesItsCaller() throws Exception {
    TestCa.Issued known = ca.issue("svc", "URI:spiffe://svc");

    assertThat(stub(known).modelInfer(request()).getModelVersion()).isEqualTo("1");

    assertThat(path.lane.records).hasSize(1);
    assertThat(host.requests).hasSize(1);
  }

  @Test
  void aStrangersKeyDoesNotGoWithTheCertificate() throws Exception {
    Caller other = new Caller("acme", "other", AuthMethod.MTLS, "DNS:other", Set.of("m"));
    path.tables.publish(
        new KeyTable(path.tables.get().keys().keysById(), Map.of("DNS:other", other)));
    Metadata key = new Metadata();
    key.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + PathHarness.TOKEN);

    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                stub(ca.issue("other", "DNS:other"))
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(key))
                    .modelInfer(request()));

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(failure).hasMessageContaining("identity_conflict");
    assertThat(host.requests).isEmpty();
  }

  @Test
  void refusesPeersWithoutAGoodCertificate() throws Exception {
    TestCa.Wish good = TestCa.Wish.of("URI:spiffe://svc");
    refused(null);
    refused(new TestCa(folder, "stranger").issue("svc1", good));
    refused(ca.issue("svc2", good.days(-2, -1)));
    refused(ca.issue("svc3", good.days(1, 2)));
    refused(ca.issue("svc4", good.only(TestCa.Usage.SERVER)));
    refused(ca.issue("nameless"));
  }

  @Test
  void foldsPeersThatSpeakNoTlsOrNothing() throws Exception {
    try (Socket plain = new Socket(path.address.getAddress(), path.address.getPort())) {
      plain
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      await().untilAsserted(() -> assertThat(path.folded).containsExactly("tls_protocol"));
    }
    try (Socket silent = new Socket(path.address.getAddress(), path.address.getPort())) {
      await()
          .untilAsserted(
              () -> assertThat(path.folded).containsExactly("tls_protocol", "tls_timeout"));
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
    }
    await().until(() -> path.connections() == 0);
  }

  @Test
  void drainDoesNotWaitForHandshakes() throws Exception {
    try (Socket silent = new Socket(path.address.getAddress(), path.address.getPort())) {
      await().until(() -> path.connections() == 1);
      path.port.drain();
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
      await().until(() -> path.connections() == 0);
    }
  }

  @Test
  void newHandshakesUseTheNewCertificateWithinTenSeconds() throws Exception {
    TestCa.Issued known = ca.issue("svc", "URI:spiffe://svc");
    var before = stub(known);
    before.modelInfer(request());
    assertThat(serial()).isEqualTo(server.parsed());

    TestCa.Issued next = ca.issue("next", "DNS:localhost");
    Files.move(next.certificate(), server.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.move(next.key(), server.key(), StandardCopyOption.REPLACE_EXISTING);

    await().atMost(Duration.ofSeconds(10)).until(() -> serial().equals(next.parsed()));
    assertThatCode(() -> before.modelInfer(request()))
        .as("open connections go on")
        .doesNotThrowAnyException();
    stub(known).modelInfer(request());
  }

  /** The certificate a handshake shows. */
  private X509Certificate serial() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAnybody()}, null);
    try (SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(path.address.getAddress(), path.address.getPort())) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static final class TrustsAnybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private Status.Code throughHost(String serverName, @Nullable String provedKey) throws Exception {
    TestCa.Issued identity = ca.issue("host", "DNS:host-a.internal");
    ClientTls tls = new ClientTls(ca.file(), null, null, serverName);
    HostTls secured =
        new HostTls(Objects.requireNonNull(contexts.client("host host-0", tls)), serverName);
    String key = ANY_KEY.equals(provedKey) ? "00" : TlsPeerOf.keyHash(identity.parsed());
    try (FakeHost behind = new FakeHost(PathHarness.DIGEST, identity)) {
      path.serveSecured(behind, secured, key);
      stub(ca.issue("svc", "URI:spiffe://svc"))
          .withDeadlineAfter(5, TimeUnit.SECONDS)
          .modelInfer(request());
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      assertThat(e).hasMessageContaining("no_reachable_host");
      return e.getStatus().getCode();
    }
  }

  @Test
  void callsGoToTheHostOfTheRightNameAndKeyOnly() throws Exception {
    assertThat(throughHost("host-a.internal", null)).isEqualTo(Status.Code.OK);
    assertThat(throughHost("host-b.internal", null))
        .as("a certificate for another name")
        .isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(throughHost("host-a.internal", ANY_KEY))
        .as("another key than the host proved")
        .isEqualTo(Status.Code.UNAVAILABLE);
  }

  /** {@link TlsPeer#keyHash}, worked out another way. */
  private static final class TlsPeerOf {
    static String keyHash(X509Certificate certificate) throws Exception {
      return java.util.HexFormat.of()
          .formatHex(
              java.security.MessageDigest.getInstance("SHA-256")
                  .digest(certificate.getPublicKey().getEncoded()));
    }
  }
}
