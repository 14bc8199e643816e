package io.weighbridge.gateway.tls;

import io.weighbridge.integrity.Certificates;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Certificates as the JDK wants them. Making these takes milliseconds, a context of them
 * microseconds: so every connection can have one of its own. Stateless.
 */
final class ReadyFactories {
  /* The store is never written. */
  private static final char[] NO_PASSWORD = {};

  private ReadyFactories() {}

  static KeyManagerFactory keys(Certificates certificates) throws IOException {
    try {
      KeyStore store = store();
      X509Certificate[] chain = certificates.chain().toArray(X509Certificate[]::new);
      store.setKeyEntry("own", Objects.requireNonNull(certificates.key()), NO_PASSWORD, chain);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, NO_PASSWORD);
      return factory;
    } catch (GeneralSecurityException e) {
      throw new IOException("the key cannot be used: " + e.getMessage(), e);
    }
  }

  static TrustManagerFactory roots(List<X509Certificate> roots) throws IOException {
    try {
      KeyStore store = store();
      for (X509Certificate root : roots) {
        store.setCertificateEntry("root" + store.size(), root);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory;
    } catch (GeneralSecurityException e) {
      throw new IOException("the roots cannot be used: " + e.getMessage(), e);
    }
  }

  private static KeyStore store() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, NO_PASSWORD);
    return store;
  }
}
