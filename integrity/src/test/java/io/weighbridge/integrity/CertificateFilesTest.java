package io.weighbridge.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are good, and what is said of the others. */
class CertificateFilesTest {
  @TempDir private Path folder;
  private TestCa ca;
  private TestCa.Issued issued;

  @BeforeEach
  void certify() throws Exception {
    ca = new TestCa(folder, "ca");
    issued = ca.issue("server", "DNS:localhost");
  }

  private static String problem(Path certificate, Path key) {
    IOException refused =
        catchThrowableOfType(
            IOException.class, () -> new CertificateFiles(certificate, key, null).read());
    return String.valueOf(refused.getMessage());
  }

  @Test
  void readsIdentityAndRoots() throws Exception {
    Certificates read = new CertificateFiles(issued.certificate(), issued.key(), ca.file()).read();

    assertThat(read.chain()).containsExactly(issued.parsed());
    assertThat(read.key()).isNotNull();
    assertThat(read.roots()).hasSize(1);
    assertThat(read.notAfter())
        .as("the first to expire")
        .isEqualTo(read.roots().getFirst().getNotAfter().toInstant());
    assertThat(new CertificateFiles(null, null, ca.file()).read().chain()).isEmpty();
  }

  @Test
  void saysWhichFileIsNotGoodAndWhatToTry() throws Exception {
    Path text = Files.writeString(folder.resolve("text"), "nothing");
    TestCa.Issued other = ca.issue("other", "DNS:localhost");
    TestCa.Issued past = ca.issue("past", TestCa.Wish.of("DNS:localhost").days(-2, -1));
    TestCa.Issued future = ca.issue("future", TestCa.Wish.of("DNS:localhost").days(1, 2));

    assertThat(problem(text, issued.key())).startsWith(text + ": holds no certificate");
    assertThat(problem(issued.certificate(), text))
        .startsWith(text + ": ")
        .contains("PKCS #8", "openssl pkcs8");
    assertThat(problem(issued.certificate(), other.key()))
        .startsWith(other.key() + ": is not the key of the certificate in " + issued.certificate());
    assertThat(problem(past.certificate(), past.key())).contains("which is not now", "renew");
    assertThat(problem(future.certificate(), future.key())).contains("which is not now");
    Path none = folder.resolve("none");
    assertThat(problem(issued.certificate(), none)).isEqualTo(none + ": is missing");
    assertThat(problem(none, issued.key())).isEqualTo(none + ": is missing");
    assertThat(problem(folder, issued.key())).startsWith(folder + ": cannot be read: ");
  }

  @Test
  void saysOfAFileThatIsNotTextWhatItLacks() throws Exception {
    byte[] key = Certificates.class.getName().getBytes(StandardCharsets.US_ASCII);
    key[0] = (byte) 0xfc;
    Path der = Files.write(folder.resolve("der.key"), key);
    assertThat(problem(issued.certificate(), der)).startsWith(der + ": holds no PEM block");

    Path umlaut = folder.resolve("umlaut.key");
    byte[] pem = Files.readAllBytes(issued.key());
    Files.write(umlaut, "# Schlüssel\n".getBytes(StandardCharsets.UTF_8));
    Files.write(umlaut, pem, StandardOpenOption.APPEND);
    assertThat(new CertificateFiles(issued.certificate(), umlaut, null).read().key()).isNotNull();
  }

  @Test
  void takesNoKeyOfAnotherKind() throws Exception {
    Path rsa = folder.resolve("rsa.key");
    java.security.KeyPairGenerator generator = java.security.KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    byte[] der = generator.generateKeyPair().getPrivate().getEncoded();
    Files.writeString(rsa, Pem.encode("PRIVATE KEY", der));

    assertThat(problem(issued.certificate(), rsa)).startsWith(rsa + ": is not the key");
  }

  @Test
  void refusesHalfAnIdentity() {
    assertThatThrownBy(() -> new CertificateFiles(issued.certificate(), null, null))
        .hasMessageContaining("belong together");
  }
}
