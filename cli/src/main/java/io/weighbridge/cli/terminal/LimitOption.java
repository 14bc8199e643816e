package io.weighbridge.cli.terminal;

import picocli.CommandLine.Option;

/** How many items a list may have. Written by the parser, then read by the command. */
public final class LimitOption {
  @Option(
      names = {"-n", "--limit"},
      defaultValue = "20",
      description = "At most so many; default: ${DEFAULT-VALUE}.")
  private int limit = 20;

  /** At least one. */
  public int value() {
    if (limit < 1) {
      throw new CliException(
          ExitCode.USAGE, "that would list nothing", "found --limit " + limit, "--limit 20");
    }
    return limit;
  }
}
