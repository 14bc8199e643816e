package io.weighbridge.cli;

import io.weighbridge.cli.terminal.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code weighbridge} itself: what every command shares. Written by the parser. */
@Command(
    name = "weighbridge",
    versionProvider = Version.class,
    description = {
      "A gRPC inference gateway that weighs traffic between model versions, proves which model gave",
      "every answer, and keeps a log that proves itself.",
      "",
      "Processes (each reads one file):",
      "  gateway --config FILE      serves callers; starts the log",
      "  model-host --config FILE   serves models and proves which bytes it has loaded",
      "  fetch-models [--to DIR]    brings MiniLM, versions 1 and 2, into a model repository"
    },
    footer = {
      "  weighbridge demo",
      "  weighbridge predict minilm --text \"a truck on a scale\"",
      "  weighbridge traffic set minilm 1=90%% 2=10%% --reason \"canary, ticket 812\""
    },
    exitCodeList = {
      ExitCode.DONE_LINE,
      ExitCode.NO_LINE,
      "2:could not be judged",
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      ExitCode.UNREACHABLE_LINE,
      "70:a defect in this program",
      ExitCode.UNWRITTEN_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE,
      "78:bad configuration",
      "1xx:a failing predict: 100 + gRPC code",
      "141:whoever read the output had enough, as in | head"
    })
final class RootCommand {
  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean debug;

  boolean debug() {
    return debug;
  }
}
