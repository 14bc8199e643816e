package io.weighbridge.cli;

import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Style;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place that words an error: what, why, what to try; a stack trace only when asked. */
final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final Console console;
  private final BooleanSupplier debug;

  Errors(Console console, BooleanSupplier debug) {
    this.console = console;
    this.debug = debug;
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    String message = firstLine(e.getMessage());
    String said = message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    print("error: ", Style.BOLD_RED, said);
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        print("  did you mean: ", Style.BOLD, String.join(", or ", suggestions));
      }
    }
    print("  try: ", Style.BOLD, name + " --help");
    if (debug.getAsBoolean()) {
      e.printStackTrace(console.err());
    }
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(
      Exception e, CommandLine commandLine, ParseResult parseResult) {
    if (e instanceof ParameterException parameter) {
      return handleParseException(parameter, new String[0]);
    }
    CliException said = e instanceof CliException known ? known : unexpected(e);
    print("error: ", Style.BOLD_RED, firstLine(said.getMessage()));
    if (!said.why().isEmpty()) {
      print("  why: ", Style.BOLD, firstLine(said.why()));
    }
    if (!said.remedy().isEmpty()) {
      print("  try: ", Style.BOLD, said.remedy());
    }
    if (debug.getAsBoolean()) {
      e.printStackTrace(console.err());
    }
    return said.exitCode();
  }

  private static CliException unexpected(Exception e) {
    return new CliException(
        ExitCode.INTERNAL,
        "this is a defect in weighbridge: " + e.getClass().getSimpleName(),
        String.valueOf(e.getMessage()),
        "the same command with --debug, and report what it prints",
        e);
  }

  private static String firstLine(@Nullable String words) {
    String text = words == null || words.isEmpty() ? "no message" : words;
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end).strip();
  }

  private void print(String head, Style style, String text) {
    console.err().println(console.paint(style, head) + text);
  }
}
