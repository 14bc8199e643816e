package io.weighbridge.host.serve;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.weighbridge.integrity.CertificateFiles;
import io.weighbridge.integrity.CertificateWatch;
import io.weighbridge.integrity.Certificates;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the host's listener: it follows its files, and bad ones leave it as it is. Thread-safe.
 *
 * <p>No session is taken up again: what a gateway sees as our key, and we as its certificate, is of
 * the connection at hand.
 */
public final class HostTls implements AutoCloseable {
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
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");

  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private final @Nullable AdvancedTlsX509TrustManager roots;
  private final CertificateWatch watch = new CertificateWatch();

  /**
   * Reads the files and looks at them from then on.
   *
   * @throws IOException when they are not good
   */
  public HostTls(CertificateFiles files) throws IOException {
    roots = files.roots() == null ? null : trust();
    try {
      watch.add("listen.infer.tls", files, this::take);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Of gateways no name is asked: their roots are their own. */
  private static AdvancedTlsX509TrustManager trust() throws IOException {
    try {
      return AdvancedTlsX509TrustManager.newBuilder()
          .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
          .build();
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private void take(Certificates fresh) throws IOException {
    PrivateKey key = fresh.key();
    if (key == null) {
      throw new IOException("a listener needs a certificate and its key");
    }
    try {
      if (roots != null) {
        roots.updateTrustCredentials(fresh.roots().toArray(X509Certificate[]::new));
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
    keys.updateIdentityCredentials(fresh.chain().toArray(X509Certificate[]::new), key);
  }

  /** What the listener is made with. */
  SslContext context() throws IOException {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forServer(keys))
            .protocols(PROTOCOLS)
            .ciphers(SUITES, SupportedCipherSuiteFilter.INSTANCE);
    if (roots != null) {
      builder.trustManager(roots).clientAuth(ClientAuth.REQUIRE);
    }
    SslContext made = builder.build();
    if (made.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
    }
    return made;
  }

  @Override
  public void close() {
    watch.close();
  }
}
