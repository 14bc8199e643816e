package io.weighbridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.cli.terminal.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process says, and exits with, whose standard output takes nothing. */
final class OutputTest {
  private static final int DEADLINE_SECONDS = 60;

  /** A descriptor that may only be read refuses as a full disk does, on every system. */
  private static final String READ_ONLY = "exec \"$0\" \"$@\" 1</dev/null";

  /** Waits until the reader is gone. */
  private static final String TO_NOBODY = "read -r _; exec \"$0\" \"$@\"";

  @TempDir Path folder;

  @Test
  void outputThatCannotBeWrittenIsAnError() throws Exception {
    for (String word : List.of("--help", "--version")) {
      Ended ended = run(READ_ONLY, word);
      assertThat(ended.code).as(ended.said).isEqualTo(ExitCode.UNWRITTEN);
      assertThat(ended.said)
          .contains("error: the output cannot be written", "why: Bad file descriptor", "try: ");
    }
  }

  @Test
  void aReaderWhoHadEnoughIsToldNothing() throws Exception {
    Ended ended = run(TO_NOBODY, "--help");
    assertThat(ended.code).as(ended.said).isEqualTo(ExitCode.READER_GONE);
    assertThat(ended.said).isEmpty();
  }

  @Test
  void aKeyThatNobodySawIsNamedSoThatItCanBeRevoked() throws Exception {
    try (FakeAdmin admin = new FakeAdmin(folder)) {
      for (String how : List.of(READ_ONLY, TO_NOBODY)) {
        Ended ended =
            run(
                how,
                ("key create --principal search --model minilm --reason x --admin "
                        + admin.address()
                        + " --key-file "
                        + folder.resolve("admin.key"))
                    .split(" ", -1));
        assertThat(ended.code).as(ended.said).isEqualTo(ExitCode.UNWRITTEN);
        assertThat(ended.said)
            .contains("key k1 is created, but cannot be written to standard output")
            .contains("try: weighbridge key revoke k1 --reason")
            .doesNotContain("the output cannot");
      }
    }
  }

  private record Ended(int code, String said) {}

  private Ended run(String how, String... words) throws Exception {
    Path said = folder.resolve("said");
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", how));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "io.weighbridge.cli.WeighbridgeMain"));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(said.toFile());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      process.getInputStream().close();
      process.getOutputStream().close();
      assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }
}
