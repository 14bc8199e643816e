package io.weighbridge.integrity;

import java.io.IOException;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** An authority that certifies whatever a test asks for. Confined to its test. */
public final class TestCa {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final Path folder;
  private final KeyPair keys = keys();
  private final X500Name name;
  private final Path file;

  /** A certificate with its key, as files. */
  public record Issued(Path certificate, Path key, X509Certificate parsed) {}

  /** What a certificate's key may be used for. */
  public enum Usage {
    SERVER,
    CLIENT
  }

  /** What a certificate is to say; without a usage it may be used for anything. */
  public record Wish(
      List<String> names, Instant notBefore, Instant notAfter, @Nullable Usage usage) {

    /** Good now, for {@code DNS:...}, {@code URI:...} and {@code IP:...} names. */
    public static Wish of(String... names) {
      return new Wish(List.of(names), daysFromNow(-1), daysFromNow(30), null);
    }

    /** The same at another time. */
    public Wish days(int from, int to) {
      return new Wish(names, daysFromNow(from), daysFromNow(to), usage);
    }

    /** The same for one purpose only. */
    public Wish only(Usage purpose) {
      return new Wish(names, notBefore, notAfter, purpose);
    }

    private static Instant daysFromNow(int days) {
      return Instant.now().plus(Duration.ofDays(days));
    }
  }

  public TestCa(Path folder, String name) throws Exception {
    this.folder = folder;
    this.name = new X500Name("CN=" + name);
    X509Certificate own = certify(keys.getPublic(), this.name, Wish.of(), true);
    file = write(name + ".crt", own);
  }

  /** Its own certificate. */
  public Path file() {
    return file;
  }

  /** For sockets of the JDK: trusts this authority, and shows a certificate unless it is null. */
  public SSLContext context(@Nullable Issued shown) throws Exception {
    CertificateFiles files =
        shown == null
            ? new CertificateFiles(null, null, file)
            : new CertificateFiles(shown.certificate(), shown.key(), file);
    Certificates read = files.read();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("root", read.roots().getFirst());
    if (read.key() != null) {
      store.setKeyEntry(
          "own", read.key(), new char[0], read.chain().toArray(X509Certificate[]::new));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static KeyPair keys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  /** A good certificate for these names. */
  public Issued issue(String as, String... names) throws Exception {
    return issue(as, Wish.of(names));
  }

  /** A certificate and key in files of this name. */
  public Issued issue(String as, Wish wish) throws Exception {
    KeyPair pair = keys();
    X509Certificate made = certify(pair.getPublic(), new X500Name("CN=" + as), wish, false);
    Path key = folder.resolve(as + ".key");
    try (Writer writer = Files.newBufferedWriter(key);
        JcaPEMWriter pem = new JcaPEMWriter(writer)) {
      pem.writeObject(new JcaPKCS8Generator(pair.getPrivate(), null));
    }
    return new Issued(write(as + ".crt", made), key, made);
  }

  private Path write(String fileName, X509Certificate certificate) throws IOException {
    Path path = folder.resolve(fileName);
    try (Writer writer = Files.newBufferedWriter(path);
        JcaPEMWriter pem = new JcaPEMWriter(writer)) {
      pem.writeObject(certificate);
    }
    return path;
  }

  private X509Certificate certify(PublicKey key, X500Name subject, Wish wish, boolean authority)
      throws Exception {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.valueOf(SERIAL.getAndIncrement()),
            Date.from(wish.notBefore()),
            Date.from(wish.notAfter()),
            subject,
            key);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    if (!wish.names().isEmpty()) {
      GeneralName[] names = wish.names().stream().map(TestCa::name).toArray(GeneralName[]::new);
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }
    if (wish.usage() != null) {
      KeyPurposeId purpose =
          wish.usage() == Usage.SERVER
              ? KeyPurposeId.id_kp_serverAuth
              : KeyPurposeId.id_kp_clientAuth;
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
  }

  private static GeneralName name(String text) {
    String value = text.substring(text.indexOf(':') + 1);
    if (text.startsWith("DNS:")) {
      return new GeneralName(GeneralName.dNSName, value);
    }
    return text.startsWith("URI:")
        ? new GeneralName(GeneralName.uniformResourceIdentifier, value)
        : new GeneralName(GeneralName.iPAddress, value);
  }
}
