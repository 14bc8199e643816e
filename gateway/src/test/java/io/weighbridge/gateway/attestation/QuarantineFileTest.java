package io.weighbridge.gateway.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineFileTest {
  @TempDir private Path folder;

  @Test
  void remembersAcrossRestarts() throws IOException {
    Path path = folder.resolve("quarantined");
    QuarantineFile file = QuarantineFile.open(path);
    assertThat(file.reasons()).isEmpty();
    file.add("host-a", "digest_mismatch: found\tx\ny");
    file.add("host-b", "nonce_mismatch: ");
    file.remove("host-b");
    file.remove("host-c");
    assertThat(QuarantineFile.open(path).reasons())
        .isEqualTo(Map.of("host-a", "digest_mismatch: found x y"));
  }

  @Test
  void aReleaseThatCannotBeWrittenLeavesTheHostWrittenDown() throws IOException {
    Path path = folder.resolve("quarantined");
    QuarantineFile file = QuarantineFile.open(path);
    file.add("host-a", "digest_mismatch");
    Path inTheWay = Files.createDirectory(folder.resolve("quarantined.new"));
    assertThatIOException().isThrownBy(() -> file.remove("host-a"));
    assertThatIOException().isThrownBy(() -> file.remove("host-a"));
    Files.delete(inTheWay);
    file.add("host-b", "nonce_mismatch");
    assertThat(QuarantineFile.open(path).reasons()).containsOnlyKeys("host-a", "host-b");
    file.remove("host-a");
    assertThat(QuarantineFile.open(path).reasons()).containsOnlyKeys("host-b");
  }

  @Test
  void aQuarantineThatCannotBeWrittenIsWrittenWithTheNext() throws IOException {
    Path path = folder.resolve("quarantined");
    QuarantineFile file = QuarantineFile.open(path);
    Path inTheWay = Files.createDirectory(folder.resolve("quarantined.new"));
    assertThatIOException().isThrownBy(() -> file.add("host-a", "digest_mismatch"));
    Files.delete(inTheWay);
    file.add("host-b", "nonce_mismatch");
    assertThat(QuarantineFile.open(path).reasons()).containsOnlyKeys("host-a", "host-b");
  }

  @Test
  void refusesWhatItDoesNotUnderstand() throws IOException {
    Path path = folder.resolve("quarantined");
    Files.writeString(path, "host-a\treason\nhost-b reason\n");
    assertThatIOException()
        .isThrownBy(() -> QuarantineFile.open(path))
        .withMessageContaining("host-b reason");
  }
}
