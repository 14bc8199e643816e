package io.weighbridge.gateway.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.weighbridge.gateway.config.ClientTls;
import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.config.ServerTls;
import io.weighbridge.integrity.CertificateFiles;
import io.weighbridge.integrity.CertificateWatch;
import io.weighbridge.integrity.Certificates;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Contexts for every socket that speaks TLS, by BoringSSL where there is one, else by the JDK. They
 * follow their files; bad ones leave a context as it is. Thread-safe.
 *
 * <p>No session is taken up again: each connection proves itself anew, by certificates that are
 * good then. Only HTTP/2 by the JDK may take one up that is a second old.
 */
public final class TlsContexts implements AutoCloseable {
  /** The JDK cannot be told to keep no session, as BoringSSL is. */
  private static final int SESSION_SECONDS_MAX = 1;

  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /** Forward secrecy and authenticated encryption only (RFC 9113 section 9.2.2, RFC 9325). */
  private static final List<String> SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final ApplicationProtocolConfig H2 =
      new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          "h2");

  private final CertificateWatch watch = new CertificateWatch();

  /** The context of an HTTP/2 listener; null for plain text. */
  public @Nullable SslContext server(String use, @Nullable ServerTls tls) throws ConfigException {
    return tls == null
        ? null
        : live(
            use,
            files(tls),
            certificates -> server(certificates, tls).applicationProtocolConfig(H2));
  }

  /** The context of HTTP/2 connections to a host; null for plain text. */
  public @Nullable SslContext client(String use, @Nullable ClientTls tls) throws ConfigException {
    return tls == null
        ? null
        : live(
            use,
            new CertificateFiles(tls.certificate(), tls.key(), tls.ca()),
            certificates -> client(certificates).applicationProtocolConfig(H2));
  }

  /** The context of a listener of the JDK's own; null for plain text. */
  public @Nullable SSLContext jdkServer(String use, @Nullable ServerTls tls)
      throws ConfigException {
    if (tls == null) {
      return null;
    }
    AtomicReference<@Nullable LiveJdkContext> live = new AtomicReference<>();
    add(
        use,
        files(tls),
        certificates -> {
          SslContextBuilder builder =
              server(SslContextBuilder.forServer(ReadyFactories.keys(certificates)), tls)
                  .sslProvider(SslProvider.JDK);
          if (tls.clientCa() != null) {
            builder.trustManager(ReadyFactories.roots(certificates.roots()));
          }
          LiveJdkContext before = live.get();
          if (before == null) {
            live.set(LiveJdkContext.of(builder));
          } else {
            before.replace(builder);
          }
        });
    return Objects.requireNonNull(live.get());
  }

  private static CertificateFiles files(ServerTls tls) {
    return new CertificateFiles(tls.certificate(), tls.key(), tls.clientCa());
  }

  private interface Recipe {
    SslContextBuilder begin(Certificates certificates);
  }

  private SslContext live(String use, CertificateFiles files, Recipe recipe)
      throws ConfigException {
    AtomicReference<@Nullable LiveSslContext> live = new AtomicReference<>();
    add(
        use,
        files,
        certificates -> {
          SslContext made = recipe.begin(certificates).build();
          if (made.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setSessionCacheEnabled(false);
          }
          LiveSslContext before = live.get();
          if (before == null) {
            live.set(new LiveSslContext(made));
          } else {
            before.replace(made);
          }
        });
    return Objects.requireNonNull(live.get());
  }

  private void add(String use, CertificateFiles files, CertificateWatch.Taker taker)
      throws ConfigException {
    try {
      watch.add(use, files, taker);
    } catch (IOException e) {
      throw new ConfigException(List.of(use + ": tls: " + e.getMessage()));
    }
  }

  private static SslContextBuilder server(Certificates certificates, ServerTls tls) {
    SslContextBuilder builder =
        server(
            SslContextBuilder.forServer(
                Objects.requireNonNull(certificates.key()), certificates.chain()),
            tls);
    return tls.clientCa() == null ? builder : builder.trustManager(certificates.roots());
  }

  private static SslContextBuilder server(SslContextBuilder begun, ServerTls tls) {
    boolean required = tls.clientCertificate() == ServerTls.ClientCertificate.REQUIRED;
    ClientAuth asked = required ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL;
    return common(begun).clientAuth(tls.clientCa() == null ? ClientAuth.NONE : asked);
  }

  private static SslContextBuilder client(Certificates certificates) {
    SslContextBuilder builder =
        common(SslContextBuilder.forClient())
            .trustManager(certificates.roots())
            .endpointIdentificationAlgorithm("HTTPS");
    return certificates.key() == null
        ? builder
        : builder.keyManager(certificates.key(), certificates.chain());
  }

  private static SslContextBuilder common(SslContextBuilder builder) {
    return builder
        .protocols(PROTOCOLS)
        .ciphers(SUITES, SupportedCipherSuiteFilter.INSTANCE)
        .sessionTimeout(SESSION_SECONDS_MAX);
  }

  /** How every certificate stands; its use is predict, admin, http, or host and its id. */
  public List<CertificateWatch.Figure> figures() {
    return watch.figures();
  }

  @Override
  public void close() {
    watch.close();
  }
}
