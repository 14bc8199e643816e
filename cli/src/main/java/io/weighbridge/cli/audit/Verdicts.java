package io.weighbridge.cli.audit;

import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Style;
import io.weighbridge.ledger.read.Verdict;

/** Three verdicts, each with symbol and word, and the exit codes that go with them. */
final class Verdicts {
  static final String PROVED_LINE = "0:proved";
  static final String BROKEN_LINE = "1:broken";
  static final String NOT_JUDGED_LINE = "2:not judged: there was nothing to judge";

  private static final int NAME_WIDTH = 14;
  private static final int WORD_WIDTH = 14;

  private Verdicts() {}

  static int exitCode(Verdict verdict) {
    return switch (verdict) {
      case PROVED -> ExitCode.DONE;
      case BROKEN -> ExitCode.NO;
      case NOT_JUDGED -> ExitCode.NOT_JUDGED;
    };
  }

  /** One line: what was judged, the verdict, the detail. */
  static void print(Console console, String name, Verdict verdict, String detail) {
    String word = symbol(verdict) + " " + verdict.word();
    console
        .out()
        .println(
            name
                + " ".repeat(Math.max(1, NAME_WIDTH - name.length()))
                + console.paint(style(verdict), word)
                + " ".repeat(Math.max(1, WORD_WIDTH - word.length()))
                + detail);
  }

  private static String symbol(Verdict verdict) {
    return switch (verdict) {
      case PROVED -> "✓";
      case BROKEN -> "✗";
      case NOT_JUDGED -> "–";
    };
  }

  private static Style style(Verdict verdict) {
    return switch (verdict) {
      case PROVED -> Style.GREEN;
      case BROKEN -> Style.BOLD_RED;
      case NOT_JUDGED -> Style.DIM;
    };
  }
}
