package io.weighbridge.ledger.write;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DiskTest {
  /** A process of its own, for the language a process runs in is settled as it starts. */
  static final class FullDevice {
    private FullDevice() {}

    public static void main(String[] args) throws IOException {
      try (FileChannel channel = FileChannel.open(Path.of("/dev/full"), WRITE)) {
        Disk.REAL.write(channel, ByteBuffer.allocate(1), 0);
      } catch (IOException e) {
        System.out.print(Disk.full(e));
      }
    }
  }

  /** Where the C library's translations are not installed all of these speak English. */
  @ParameterizedTest
  @ValueSource(strings = {"en", "de", "fr", "ja"})
  void knowsAFullDiskInEveryLanguage(String language) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                FullDevice.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("LANGUAGE", language);

    String said = new String(builder.start().getInputStream().readAllBytes(), UTF_8);

    assertThat(said).isEqualTo("true");
  }
}
