package io.weighbridge.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weighbridge.gateway.config.ClientTls;
import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.config.ServerTls;
import io.weighbridge.integrity.TestCa;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files are taken, which are not, and what happens to those in force. */
final class TlsContextsTest {
  @TempDir private Path folder;

  private final TlsContexts contexts = new TlsContexts();
  private TestCa ca;
  private TestCa.Issued issued;

  @BeforeEach
  void certify() throws Exception {
    ca = new TestCa(folder, "ca");
    issued = ca.issue("server", "DNS:localhost");
  }

  @AfterEach
  void close() {
    contexts.close();
  }

  private static ServerTls tls(Path certificate, Path key) {
    return new ServerTls(certificate, key, null, ServerTls.ClientCertificate.REQUIRED);
  }

  @Test
  void boringSslDoesTheWork() {
    assertThat(OpenSsl.isAvailable()).isTrue();
    assertThat(OpenSsl.versionString()).contains("BoringSSL");
  }

  @Test
  void offersForwardSecrecyAndAuthenticatedEncryptionOnly() throws Exception {
    SslContext made =
        Objects.requireNonNull(contexts.server("predict", tls(issued.certificate(), issued.key())));

    assertThat(made.cipherSuites())
        .isNotEmpty()
        .allMatch(suite -> suite.contains("GCM") || suite.contains("POLY1305"))
        .allMatch(suite -> suite.startsWith("TLS_ECDHE") || !suite.contains("_WITH_"));
  }

  @Test
  void aBadFileIsAProblemOfTheConfiguration() throws Exception {
    TestCa.Issued other = ca.issue("other", "DNS:localhost");

    assertThatThrownBy(() -> contexts.server("predict", tls(issued.certificate(), other.key())))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("predict: tls: " + other.key() + ": is not the key");
    assertThat(contexts.figures()).as("nothing bad is looked after").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void theJdksServerTakesNoSessionUpAgain(String protocol) throws Exception {
    SSLContext server =
        Objects.requireNonNull(contexts.jdkServer("http", tls(issued.certificate(), issued.key())));
    HttpsServer http =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setHttpsConfigurator(new HttpsConfigurator(server));
    http.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
    http.start();
    SSLContext client =
        ((JdkSslContext)
                SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .trustManager(ca.file().toFile())
                    .build())
            .context();
    try {
      SSLSession first = connect(client, http.getAddress(), protocol);
      // One that is taken up again was created when it was.
      await()
          .pollDelay(Duration.ofMillis(5))
          .until(() -> System.currentTimeMillis() > first.getCreationTime());
      SSLSession second = connect(client, http.getAddress(), protocol);
      assertThat(second.getCreationTime()).isGreaterThan(first.getCreationTime());
    } finally {
      http.stop(0);
    }
  }

  /** One request, for the ticket comes behind the handshake. */
  private static SSLSession connect(SSLContext client, InetSocketAddress to, String protocol)
      throws IOException {
    try (SSLSocket socket =
        (SSLSocket) client.getSocketFactory().createSocket(to.getAddress(), to.getPort())) {
      socket.setEnabledProtocols(new String[] {protocol});
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().readAllBytes()).asString().contains(" 204 ");
      return socket.getSession();
    }
  }

  @Test
  void refusesHalfAnIdentity() {
    assertThatThrownBy(() -> new ClientTls(ca.file(), issued.certificate(), null, "localhost"))
        .hasMessageContaining("belong together");
  }
}
