package io.weighbridge.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens when certificate files change. */
class CertificateWatchTest {
  /** What is promised to operators. */
  private static final Duration IN_FORCE_MAX = Duration.ofSeconds(10);

  @TempDir private Path folder;
  private final CertificateWatch watch = new CertificateWatch();
  private final List<X509Certificate> taken = new CopyOnWriteArrayList<>();
  private TestCa ca;
  private TestCa.Issued issued;

  @BeforeEach
  void certify() throws Exception {
    ca = new TestCa(folder, "ca");
    issued = ca.issue("server", "DNS:localhost");
  }

  @AfterEach
  void close() {
    watch.close();
  }

  private void add() throws IOException {
    CertificateFiles files = new CertificateFiles(issued.certificate(), issued.key(), null);
    watch.add("predict", files, fresh -> taken.add(fresh.chain().getFirst()));
  }

  private CertificateWatch.Figure figure() {
    return watch.figures().getFirst();
  }

  @Test
  void takesAPairThatIsReplacedOneAfterTheOther() throws Exception {
    add();
    TestCa.Issued next = ca.issue("next", TestCa.Wish.of("DNS:localhost").days(-1, 7));

    Files.move(next.certificate(), issued.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.move(next.key(), issued.key(), StandardCopyOption.REPLACE_EXISTING);

    await().atMost(IN_FORCE_MAX).until(() -> figure().takenCount() == 1);
    assertThat(taken).containsExactly(issued.parsed(), next.parsed());
    assertThat(figure())
        .isEqualTo(
            new CertificateWatch.Figure(
                "predict", next.parsed().getNotAfter().toInstant().getEpochSecond(), false, 1, 0));
  }

  @Test
  void keepsWhatItHasUntilTheFilesAreGoodAgain() throws Exception {
    add();
    byte[] goodKey = Files.readAllBytes(issued.key());

    Files.writeString(issued.key(), "nothing");
    await().atMost(IN_FORCE_MAX).until(() -> figure().failed());
    assertThat(taken).hasSize(1);
    assertThat(figure().notTakenCount()).isEqualTo(1);

    Files.delete(issued.key());
    TestCa.Issued unrelated = ca.issue("unrelated", "DNS:localhost");
    CertificateFiles files = new CertificateFiles(unrelated.certificate(), unrelated.key(), null);
    watch.add("admin", files, fresh -> taken.add(fresh.chain().getFirst()));
    Files.setLastModifiedTime(
        unrelated.key(), java.nio.file.attribute.FileTime.fromMillis(1_000_000));
    await().atMost(IN_FORCE_MAX).until(() -> watch.figures().getLast().takenCount() == 1);
    assertThat(figure().failed()).as("a missing file stops nobody else").isTrue();

    Files.write(issued.key(), goodKey);
    await().atMost(IN_FORCE_MAX).until(() -> !figure().failed());
    assertThat(figure().notTakenCount()).as("nothing good, then nothing at all").isEqualTo(2);
  }

  @Test
  void looksAtNothingThatWasBadFromTheStart() throws Exception {
    Files.writeString(issued.key(), "nothing");

    assertThatThrownBy(this::add).hasMessageContaining(issued.key().toString());

    assertThat(watch.figures()).isEmpty();
  }

  @Test
  void goesOnAfterATakerThatBroke() throws Exception {
    add();
    TestCa.Issued broken = ca.issue("broken", "DNS:localhost");
    boolean[] first = {true};
    watch.add(
        "admin",
        new CertificateFiles(broken.certificate(), broken.key(), null),
        _ -> {
          if (!first[0]) {
            throw new IllegalStateException("a defect");
          }
          first[0] = false;
        });

    Files.setLastModifiedTime(broken.key(), java.nio.file.attribute.FileTime.fromMillis(1_000_000));
    await().atMost(IN_FORCE_MAX).until(() -> watch.figures().getLast().failed());
    Files.setLastModifiedTime(issued.key(), java.nio.file.attribute.FileTime.fromMillis(1_000_000));

    await().atMost(IN_FORCE_MAX).until(() -> figure().takenCount() == 1);
  }
}
