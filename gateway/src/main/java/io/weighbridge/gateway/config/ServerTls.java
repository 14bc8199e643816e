package io.weighbridge.gateway.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a listener. Immutable.
 *
 * @param certificate PEM file with the certificate and those that lead to its root
 * @param key PEM file with its private key (PKCS #8)
 * @param clientCa PEM file with the roots of peers' certificates, or null when none is asked for
 */
public record ServerTls(
    Path certificate, Path key, @Nullable Path clientCa, ClientCertificate clientCertificate) {

  /** Whether a peer must show a certificate. */
  public enum ClientCertificate {
    /** It may; one that it shows must be good. */
    OPTIONAL,
    /** Without one the handshake fails. */
    REQUIRED
  }
}
