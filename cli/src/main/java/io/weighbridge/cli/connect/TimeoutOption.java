package io.weighbridge.cli.connect;

import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import picocli.CommandLine.Option;

/** How long a call to a gateway may take. Written by the parser, then read by the command. */
public final class TimeoutOption {
  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Give up after this long; default: ${DEFAULT-VALUE}.")
  private int seconds = 10;

  /** At least one. */
  public int seconds() {
    if (seconds < 1) {
      throw new CliException(
          ExitCode.USAGE, "no call is that fast", "found --timeout " + seconds, "--timeout 10");
    }
    return seconds;
  }
}
