package io.weighbridge.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.cli.connect.Context;
import java.nio.charset.StandardCharsets;
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
    Path context = folder.resolve(Context.FILE_NAME);
    Context.write(
        context, Map.of(Context.Entry.DEMO, folder.resolve("weighbridge-demo-1").toString()));
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
      assertThat(process.exitValue()).as(said).isZero();
      assertThat(said).contains("stopped, and cleared away");
      assertThat(context).doesNotExist();
    } finally {
      process.destroyForcibly();
    }
  }
}
