package io.weighbridge.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change between one look and the next. */
final class WatchedFilesTest {
  @TempDir private Path folder;
  private final List<X509Certificate> taken = new ArrayList<>();
  private TestCa ca;
  private TestCa.Issued issued;
  private WatchedFiles files;

  @BeforeEach
  void watch() throws Exception {
    ca = new TestCa(folder, "ca");
    issued = ca.issue("server", "DNS:localhost");
    files =
        new WatchedFiles(
            "predict",
            new CertificateFiles(issued.certificate(), issued.key(), null),
            fresh -> taken.add(fresh.chain().getFirst()));
  }

  @Test
  void aFileThatIsGoneForAMomentIsNoFailure() throws Exception {
    TestCa.Issued next = ca.issue("next", "DNS:localhost");
    Files.delete(issued.certificate());
    files.look();
    assertThat(files.figure().failed()).isFalse();
    Files.copy(next.certificate(), issued.certificate());
    files.look();
    Files.delete(issued.key());
    files.look();
    Files.copy(next.key(), issued.key());
    files.look();
    files.look();
    assertThat(taken).containsExactly(issued.parsed(), next.parsed());
    assertThat(files.figure().notTakenCount()).isZero();
  }

  @Test
  void aFileThatStaysAwayIsAFailureOnce() throws Exception {
    Files.delete(issued.certificate());
    for (int look = 0; look < 4; look++) {
      files.look();
    }
    assertThat(files.figure().failed()).isTrue();
    assertThat(files.figure().notTakenCount()).isOne();
  }
}
