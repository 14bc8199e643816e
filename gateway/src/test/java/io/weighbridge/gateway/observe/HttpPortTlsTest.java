package io.weighbridge.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.config.ServerTls;
import io.weighbridge.gateway.tls.TlsContexts;
import io.weighbridge.integrity.TestCa;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The http port with TLS, which is the JDK's. */
final class HttpPortTlsTest {
  @TempDir private Path folder;
  private final TlsContexts contexts = new TlsContexts();
  private TestCa ca;
  private TestCa.Issued own;
  private HttpPort port;

  @BeforeEach
  void start() throws Exception {
    ca = new TestCa(folder, "ca");
    own = ca.issue("http", "DNS:localhost");
    MetricsPage page = new MetricsPage(new CallMetrics(1, new Slots()), new FakeFigures(), "1.2.3");
    port =
        new HttpPort(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            contexts.jdkServer(
                "http",
                new ServerTls(
                    own.certificate(), own.key(), ca.file(), ServerTls.ClientCertificate.REQUIRED)),
            page,
            List::of);
  }

  @AfterEach
  void stop() {
    port.close();
    contexts.close();
  }

  private HttpResponse<String> get(TestCa.@Nullable Issued shown) throws Exception {
    try (HttpClient client = HttpClient.newBuilder().sslContext(ca.context(shown)).build()) {
      URI ready = URI.create("https://localhost:" + port.address().getPort() + "/ready");
      return client.send(
          HttpRequest.newBuilder(ready).timeout(Duration.ofSeconds(10)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static X509Certificate shown(HttpResponse<String> response)
      throws SSLPeerUnverifiedException {
    SSLSession session = response.sslSession().orElseThrow();
    return (X509Certificate) session.getPeerCertificates()[0];
  }

  @Test
  void asksForACertificateAndTakesNewOnesOfItsOwn() throws Exception {
    TestCa.Issued scraper = ca.issue("scraper", "DNS:scraper");
    HttpResponse<String> answer = get(scraper);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
    assertThat(shown(answer)).isEqualTo(own.parsed());
    assertThatThrownBy(() -> get(null)).isInstanceOf(IOException.class);

    TestCa.Issued next = ca.issue("next", "DNS:localhost");
    Files.move(next.certificate(), own.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.move(next.key(), own.key(), StandardCopyOption.REPLACE_EXISTING);

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(shown(get(scraper))).isEqualTo(next.parsed()));
    assertThat(contexts.figures().getFirst().failed()).isFalse();
    assertThatThrownBy(() -> get(null)).as("and still asks").isInstanceOf(IOException.class);
  }
}
