package io.weighbridge.cli.demo;

import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** The real models, fetched once by the launcher and checked against pinned digests each time. */
final class Models {
  private Models() {}

  /** The repository that holds them. */
  static Path fetch(Path home, Console console) throws IOException {
    String chosen = Objects.requireNonNullElse(System.getenv("WEIGHBRIDGE_MODELS"), "");
    Path repository = chosen.isEmpty() ? home.resolve(".cache").resolve("models") : Path.of(chosen);
    console.err().flush();
    Process process =
        new ProcessBuilder(
                home.resolve("weighbridge").toString(),
                "fetch-models",
                "--to",
                repository.toAbsolutePath().toString())
            .inheritIO()
            .start();
    int exitCode = process.onExit().join().exitValue();
    if (exitCode != 0) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "the models cannot be fetched",
          "weighbridge fetch-models ended with exit code " + exitCode,
          "weighbridge fetch-models, and see what it says");
    }
    return repository.toAbsolutePath();
  }
}
