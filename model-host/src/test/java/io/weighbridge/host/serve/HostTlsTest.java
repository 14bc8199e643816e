package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContextBuilder;
import io.weighbridge.attest.v1.AttestRequest;
import io.weighbridge.attest.v1.AttestationServiceGrpc;
import io.weighbridge.attest.v1.HostStatement;
import io.weighbridge.host.ModelFolders;
import io.weighbridge.integrity.CertificateFiles;
import io.weighbridge.integrity.HostStatements;
import io.weighbridge.integrity.TestCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The host's listener with TLS: whom it lets in, and what it says its key is. */
class HostTlsTest {
  private static final byte[] NONCE = new byte[HostStatements.NONCE_BYTES];

  @TempDir private Path root;
  @TempDir private Path certificates;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private TestCa ca;
  private TestCa.Issued own;
  private HostTls tls;
  private TestHost host;

  @BeforeEach
  void start() throws Exception {
    ModelFolders.adding(root, "add", "1", 1);
    ca = new TestCa(certificates, "ca");
    own = ca.issue("host", TestCa.Wish.of("DNS:localhost").only(TestCa.Usage.SERVER));
    tls = new HostTls(new CertificateFiles(own.certificate(), own.key(), ca.file()));
    host = new TestHost(root, Limits.DEFAULTS, 1, tls);
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    host.close();
    tls.close();
  }

  private HostStatement attest(TestCa.@Nullable Issued shown, String... protocols)
      throws Exception {
    SslContextBuilder builder = GrpcSslContexts.forClient().trustManager(ca.file().toFile());
    if (shown != null) {
      builder.keyManager(shown.certificate().toFile(), shown.key().toFile());
    }
    if (protocols.length > 0) {
      builder.protocols(protocols);
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", host.server.address().getPort())
            .sslContext(builder.build())
            .build();
    channels.add(channel);
    AttestRequest request =
        AttestRequest.newBuilder()
            .setNonce(ByteString.copyFrom(NONCE))
            .setGatewayId("gw")
            .setCheckpointHash(ByteString.copyFrom(new byte[32]))
            .build();
    byte[] envelope =
        AttestationServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(10, TimeUnit.SECONDS)
            .attest(request)
            .getEnvelope()
            .toByteArray();
    HostStatements.Answer answer =
        HostStatements.verify(
            envelope,
            new HostStatements.Challenge(request.toByteArray(), NONCE, "gw", "host-a"),
            host.key.publicKey());
    assertThat(answer).isInstanceOf(HostStatements.Answer.Proved.class);
    return ((HostStatements.Answer.Proved) answer).statement();
  }

  private static byte[] keyHash(TestCa.Issued issued) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(issued.parsed().getPublicKey().getEncoded());
  }

  private void refused(TestCa.@Nullable Issued shown, String... protocols) {
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> attest(shown, protocols));
    assertThat(failure).isNotNull();
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void saysWhichKeyTheConnectionShowed() throws Exception {
    TestCa.Issued gateway = ca.issue("gw", TestCa.Wish.of("DNS:gw").only(TestCa.Usage.CLIENT));

    assertThat(attest(gateway).getTlsPublicKeyHash().toByteArray()).isEqualTo(keyHash(own));
    assertThat(attest(gateway, "TLSv1.2").getTlsPublicKeyHash().toByteArray())
        .isEqualTo(keyHash(own));
  }

  @Test
  void letsInNobodyElse() throws Exception {
    TestCa.Wish good = TestCa.Wish.of("DNS:gw");
    TestCa.Issued gateway = ca.issue("gw", good);
    refused(null);
    refused(new TestCa(certificates, "stranger").issue("gw1", good));
    refused(ca.issue("gw2", good.days(-2, -1)));
    refused(ca.issue("gw3", good.days(1, 2)));
    refused(ca.issue("gw4", good.only(TestCa.Usage.SERVER)));
    refused(gateway, "TLSv1.1");
    assertThat(attest(gateway).getHostId()).isEqualTo("host-a");
  }

  @Test
  void newHandshakesUseTheNewCertificateAndOldConnectionsTheirs() throws Exception {
    TestCa.Issued gateway = ca.issue("gw", "DNS:gw");
    attest(gateway);
    TestCa.Issued next = ca.issue("next", "DNS:localhost");

    Files.move(next.certificate(), own.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.move(next.key(), own.key(), StandardCopyOption.REPLACE_EXISTING);

    await()
        .atMost(Duration.ofSeconds(10))
        // One address may ask five times a second.
        .pollInterval(Duration.ofMillis(400))
        .untilAsserted(() ->
            assertThat(attest(gateway).getTlsPublicKeyHash().toByteArray())
                .isEqualTo(keyHash(next)));
  }

  @Test
  void startsWithGoodFilesOnly() throws Exception {
    Path text = Files.writeString(certificates.resolve("text"), "nothing");

    assertThatThrownBy(() -> new HostTls(new CertificateFiles(own.certificate(), text, null)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("openssl pkcs8");
  }

  @Test
  void boringSslDoesTheWork() {
    assertThat(OpenSsl.isAvailable()).isTrue();
    assertThat(OpenSsl.versionString()).contains("BoringSSL");
  }
}
