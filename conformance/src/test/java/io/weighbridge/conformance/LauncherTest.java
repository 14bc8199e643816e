package io.weighbridge.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code ./weighbridge} where next to nothing is set, and where something odd is. */
final class LauncherTest {
  private static final int DEADLINE_SECONDS = 120;
  private static final int USAGE = 64;

  private final Path home = SourceTree.find().root();

  @Test
  void wordsAreUtf8WithoutALocale() throws Exception {
    // The shell makes the word: this JVM would encode it by its own locale.
    Ended ended = run(Map.of(), "exec ./weighbridge \"$(printf 'm\\303\\274ller')\"");
    assertThat(ended.code).as(ended.said).isEqualTo(USAGE);
    assertThat(ended.said).contains("'m\u00fcller'");
  }

  @Test
  void isFoundWhereverCdWouldLook() throws Exception {
    String parent = String.valueOf(home.getParent());
    Ended ended =
        run(Map.of("CDPATH", parent), "cd .. && exec '" + home.getFileName() + "/weighbridge' -V");
    assertThat(ended.code).as(ended.said).isZero();
    assertThat(ended.said).startsWith("weighbridge ");
  }

  private record Ended(int code, String said) {}

  private Ended run(Map<String, String> environment, String line) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(List.of("/bin/sh", "-c", line))
            .directory(home.toFile())
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("WEIGHBRIDGE_BUILD", "no");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), said);
    } finally {
      process.destroyForcibly();
    }
  }
}
