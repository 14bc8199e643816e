package io.weighbridge.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.weighbridge.gateway.config.ClientTls;
import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.config.ServerTls;
import io.weighbridge.integrity.TestCa;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void refusesHalfAnIdentity() {
    assertThatThrownBy(() -> new ClientTls(ca.file(), issued.certificate(), null, "localhost"))
        .hasMessageContaining("belong together");
  }
}
