package io.weighbridge.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weighbridge.cli.connect.Context;
import io.weighbridge.cli.terminal.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a process of its own: the context is the one of the folder where the command is typed. */
final class KeptDemoTest {
  private static final int DEADLINE_SECONDS = 60;

  @TempDir Path folder;

  @Test
  void aDemoWhoseFolderIsGoneCanBeStopped() throws Exception {
    Path context = context(folder.resolve("weighbridge-demo-1"));
    Ended stop = stop();
    assertThat(stop.code).as(stop.said).isZero();
    assertThat(stop.said).contains("stopped, and cleared away");
    assertThat(context).doesNotExist();
  }

  @Test
  void aFolderThatNoDemoMadeIsNotClearedAway() throws Exception {
    Path context = context(Files.createDirectory(folder.resolve("weighbridge-demo-photos")));
    Path photo = Files.createFile(folder.resolve("weighbridge-demo-photos").resolve("one"));
    Ended stop = stop();
    assertThat(stop.code).as(stop.said).isNotZero();
    assertThat(stop.said).contains("names no demo of yours");
    assertThat(photo).exists();
    assertThat(context).exists();
  }

  @Test
  void asksForRoomAndTakesNone() throws IOException {
    KeptDemo.requireRoom(folder);
    assertThat(folder).isEmptyDirectory();
    assertThatThrownBy(() -> KeptDemo.requireRoom(folder.resolve("gone")))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("cannot be written");
    Path there = context(folder.resolve("weighbridge-demo-1"));
    assertThatThrownBy(() -> KeptDemo.requireRoom(folder))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("a context here already");
    assertThat(there).isNotEmptyFile();
  }

  private Path context(Path demo) throws IOException {
    Path file = folder.resolve(Context.FILE_NAME);
    Context.write(file, Map.of(Context.Entry.DEMO, demo.toString()));
    return file;
  }

  private record Ended(int code, String said) {}

  private Ended stop() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.weighbridge.cli.WeighbridgeMain",
                "demo",
                "--stop")
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().remove("WEIGHBRIDGE_CONTEXT");
    Process process = builder.start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), said);
    } finally {
      process.destroyForcibly();
    }
  }
}
