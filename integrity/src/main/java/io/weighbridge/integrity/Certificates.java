package io.weighbridge.integrity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@link CertificateFiles} held at one moment, checked. Immutable.
 *
 * @param chain our certificate and those that lead to its root; empty when we show none
 * @param key its private key, or null with an empty chain
 * @param roots those that peers' certificates may lead to; empty when peers show none
 */
public record Certificates(
    List<X509Certificate> chain, @Nullable PrivateKey key, List<X509Certificate> roots) {

  public Certificates {
    chain = List.copyOf(chain);
    roots = List.copyOf(roots);
  }

  /** When the first of them expires. */
  public Instant notAfter() {
    return Stream.concat(chain.stream(), roots.stream())
        .map(X509Certificate::getNotAfter)
        .map(Date::toInstant)
        .min(Instant::compareTo)
        .orElse(Instant.MAX);
  }
}
