package io.weighbridge.gateway.call;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What the other side of a connection proved by its certificate. Immutable.
 *
 * @param names its subject alternative names, {@code DNS:...} and {@code URI:...}; empty without a
 *     certificate
 * @param keyHash SHA-256 of its public key (SubjectPublicKeyInfo), in hex; empty without a
 *     certificate
 */
public record TlsPeer(List<String> names, String keyHash) {
  /** A connection in plain text, or without a certificate. */
  public static final TlsPeer NONE = new TlsPeer(List.of(), "");

  /* GeneralName, RFC 5280 section 4.2.1.6. */
  private static final int DNS_NAME = 2;
  private static final int URI_NAME = 6;

  public TlsPeer {
    names = List.copyOf(names);
  }

  /** The peer of a finished handshake, whose certificate was verified if there is one. */
  public static TlsPeer of(SSLSession session) {
    try {
      return of((X509Certificate) session.getPeerCertificates()[0]);
    } catch (SSLPeerUnverifiedException e) {
      return NONE; // It showed none, and none was required.
    }
  }

  static TlsPeer of(X509Certificate certificate) {
    return new TlsPeer(names(certificate), keyHash(certificate));
  }

  /** Whether a certificate was shown. */
  public boolean known() {
    return !keyHash.isEmpty();
  }

  private static List<String> names(X509Certificate certificate) {
    List<String> found = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      for (List<?> name : all == null ? List.<List<?>>of() : all) {
        switch (Objects.requireNonNull((Integer) name.get(0))) {
          case DNS_NAME -> found.add("DNS:" + name.get(1));
          case URI_NAME -> found.add("URI:" + name.get(1));
          default -> {
            // Nobody is named by the others here.
          }
        }
      }
    } catch (CertificateParsingException e) {
      return List.of(); // Names nobody.
    }
    return found;
  }

  private static String keyHash(X509Certificate certificate) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded());
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
