package io.weighbridge.cli.terminal;

import picocli.CommandLine.Option;

/** The option {@code -o}. Written by the parser, then read by the command. */
public final class OutputOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "One of ${COMPLETION-CANDIDATES}; default: table.")
  private OutputFormat format = OutputFormat.TABLE;

  /** The format asked for. */
  public OutputFormat format() {
    return format;
  }
}
