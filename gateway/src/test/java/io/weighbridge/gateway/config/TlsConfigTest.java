package io.weighbridge.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The {@code tls} sections and the callers known by certificate. */
final class TlsConfigTest {
  @TempDir private Path folder;

  @BeforeEach
  void files() throws IOException {
    for (String name : List.of("c.crt", "c.key", "ca.crt", "h.pub")) {
      Files.writeString(folder.resolve(name), "");
    }
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("gateway.yaml"), "gateway: {id: g}\n" + text);
  }

  @Test
  void readsEveryKey() throws Exception {
    GatewayConfig config =
        GatewayConfig.load(
            file(
                """
                listen:
                  predict:
                    address: "0.0.0.0:9000"
                    tls: {certificate: c.crt, key: c.key, client-ca: ca.crt, client-certificate: optional}
                  admin: {tls: {certificate: c.crt, key: c.key, client-ca: ca.crt}}
                  http: {tls: {certificate: c.crt, key: c.key}}
                callers:
                  - {certificate: "URI:spiffe://acme/svc", tenant: acme, principal: svc, models: [m, /a.B]}
                hosts:
                  - id: a
                    address: "host-a:1"
                    key: h.pub
                    tls: {ca: ca.crt, server-name: a.internal, certificate: c.crt, key: c.key}
                  - {id: b, address: "host-b:1", key: h.pub, tls: {ca: ca.crt}}
                """));

    Path certificate = folder.resolve("c.crt");
    Path key = folder.resolve("c.key");
    Path ca = folder.resolve("ca.crt");
    assertThat(config.listen().predict().tls())
        .isEqualTo(new ServerTls(certificate, key, ca, ServerTls.ClientCertificate.OPTIONAL));
    assertThat(config.listen().admin().tls())
        .isEqualTo(new ServerTls(certificate, key, ca, ServerTls.ClientCertificate.REQUIRED));
    assertThat(config.listen().http().tls())
        .isEqualTo(new ServerTls(certificate, key, null, ServerTls.ClientCertificate.REQUIRED));
    assertThat(config.callers())
        .containsExactly(
            new CallerConfig("URI:spiffe://acme/svc", "acme", "svc", List.of("m", "/a.B")));
    assertThat(config.hosts().getFirst().tls())
        .isEqualTo(new ClientTls(ca, certificate, key, "a.internal"));
    assertThat(config.hosts().getLast().tls()).isEqualTo(new ClientTls(ca, null, null, "host-b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "listen: {predict: {tls: {certificate: c.crt}}} => key: missing",
        "listen: {predict: {tls: {certificate: none.crt, key: c.key}}} => none.crt, which is no"
            + " readable file",
        "listen: {predict: {tls: {certificate: c.crt, key: c.key, ca: ca.crt}}} => ca",
        "listen: {predict: {insecure: true, tls: {certificate: c.crt, key: c.key}}} => insecure:"
            + " found true beside tls",
        "listen: {admin: {tls: {certificate: c.crt, key: c.key, client-certificate: optional}}} =>"
            + " client-certificate: says nothing without client-ca",
        "hosts: [{id: a, address: 'a:1', key: h.pub, tls: {ca: ca.crt, key: c.key}}] => key:"
            + " certificate and key belong together",
        "hosts: [{id: a, address: 'a:1', key: h.pub, tls: {ca: ca.crt, server-name: 'a b'}}] =>"
            + " server-name: found \"a b\"",
        "callers: [{certificate: 'DNS:a', tenant: t, principal: p, models: [m]}] => callers:"
            + " certificates are asked for only where listen.predict has tls with client-ca",
        "callers: [{certificate: 'CN=a', tenant: t, principal: p, models: [m]}] => certificate:"
            + " found \"CN=a\", allowed is DNS:NAME or URI:URI",
        "callers: [{certificate: 'DNS:a', tenant: t, principal: p, models: []}] => models: found 0",
      })
  void saysWhatIsWrong(String text, String problem) throws IOException {
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> GatewayConfig.load(file(text)));
    assertThat(refused).as(text).isNotNull();
    assertThat(refused.problems()).anySatisfy(each -> assertThat(each).contains(problem));
  }

  @Test
  void aNameTellsOneCallerOnly() throws IOException {
    Path twice =
        file(
            """
            listen: {predict: {tls: {certificate: c.crt, key: c.key, client-ca: ca.crt}}}
            callers:
              - {certificate: "DNS:a", tenant: t, principal: p, models: [m]}
              - {certificate: "DNS:a", tenant: t, principal: q, models: [m]}
            """);
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> GatewayConfig.load(twice));
    assertThat(refused.problems())
        .anySatisfy(each -> assertThat(each).contains("callers: \"DNS:a\" stands here twice"));
  }
}
