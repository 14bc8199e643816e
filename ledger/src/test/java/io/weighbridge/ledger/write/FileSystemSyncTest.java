package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FileSystemSyncTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "4.19.0, false",
    "5.7.19-generic, false",
    "5.8.0, true",
    "5.15.0-91-generic, true",
    "6.1.0, true",
    "nonsense, false"
  })
  void isUsedFromTheLinuxOnThatReportsFailures(String version, boolean used) {
    assertThat(FileSystemSync.reportsFailures(version)).isEqualTo(used);
  }

  @Test
  void syncsWhatWasWrittenAndNamesWhatIsMissing() throws IOException {
    FileSystemSync fileSystem = FileSystemSync.of(folder);
    if (fileSystem == null) {
      return; // Files are synced one by one here, which FaultTest goes through everywhere.
    }
    Path file = Files.writeString(folder.resolve("tile"), "hashes");

    fileSystem.begin(file);
    fileSystem.sync();

    assertThatThrownBy(() -> fileSystem.begin(folder.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none: open failed, errno 2");
    fileSystem.close();
  }
}
