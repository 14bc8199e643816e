package io.weighbridge.integrity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files of one side of a TLS connection. Immutable; what the files hold may change.
 *
 * @param certificate our certificate and those that lead to its root, or null when we show none
 * @param key its private key (PKCS #8), or null
 * @param roots what peers' certificates may lead to, or null when peers show none
 */
public record CertificateFiles(
    @Nullable Path certificate, @Nullable Path key, @Nullable Path roots) {
  private static final String KEY_LABEL = "PRIVATE KEY";
  private static final byte[] PROBE = {1, 2, 3};

  public CertificateFiles {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("certificate and key belong together");
    }
  }

  /**
   * Reads and checks all of them.
   *
   * @throws IOException which says which file is not good, why, and what to try
   */
  public Certificates read() throws IOException {
    List<X509Certificate> peers = roots == null ? List.of() : certificates(roots);
    if (certificate == null || key == null) {
      return new Certificates(List.of(), null, peers);
    }
    List<X509Certificate> chain = certificates(certificate);
    X509Certificate own = chain.getFirst();
    try {
      own.checkValidity();
    } catch (CertificateException e) {
      throw new IOException(
          "%s: its certificate is good from %s to %s, which is not now; renew it"
              .formatted(
                  certificate, own.getNotBefore().toInstant(), own.getNotAfter().toInstant()),
          e);
    }
    PrivateKey secret = privateKey(key, own.getPublicKey());
    if (!belongTogether(own.getPublicKey(), secret)) {
      throw notItsKey(null);
    }
    return new Certificates(chain, secret, peers);
  }

  private static List<X509Certificate> certificates(Path file) throws IOException {
    byte[] content = Pem.read(file).getBytes(StandardCharsets.ISO_8859_1);
    try {
      List<X509Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (found.isEmpty()) {
        throw new IOException(
            file + ": holds no certificate; a PEM file has lines -----BEGIN CERTIFICATE-----");
      }
      return found;
    } catch (CertificateException e) {
      throw new IOException(file + ": holds no certificate: " + e.getMessage(), e);
    }
  }

  private PrivateKey privateKey(Path file, PublicKey certified) throws IOException {
    byte[] der;
    try {
      der = Pem.decode(Pem.read(file), KEY_LABEL);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "%s: %s (PKCS #8, not encrypted); try: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW"
              .formatted(file, e.getMessage()),
          e);
    }
    try {
      return KeyFactory.getInstance(certified.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw notItsKey(e);
    }
  }

  private IOException notItsKey(@Nullable Exception cause) {
    return new IOException(
        "%s: is not the key of the certificate in %s; replace both together"
            .formatted(key, certificate),
        cause);
  }

  /** Signs something with the one and checks it with the other. */
  private static boolean belongTogether(PublicKey certified, PrivateKey secret) {
    String algorithm =
        switch (secret.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> secret.getAlgorithm();
        };
    try {
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(secret);
      signing.update(PROBE);
      byte[] signed = signing.sign();
      Signature checking = Signature.getInstance(algorithm);
      checking.initVerify(certified);
      checking.update(PROBE);
      return checking.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // Another curve, or another length.
    }
  }

  /**
   * Differs whenever a file may: time, size and inode, through any link; or why there is none,
   * which may be for a moment only.
   */
  String stamp() {
    return stamp(certificate) + stamp(key) + stamp(roots);
  }

  private static String stamp(@Nullable Path file) {
    if (file == null) {
      return "";
    }
    try {
      BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
      return is.lastModifiedTime() + " " + is.size() + " " + is.fileKey() + "\n";
    } catch (IOException e) {
      return e + "\n";
    }
  }
}
