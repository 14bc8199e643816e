package io.weighbridge.cli.demo;

import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.Style;
import java.util.Locale;

/**
 * Tells the story: headings with the clock, commands with their output, and observations, which it
 * counts. Confined to the main thread.
 */
final class Narrator {
  private static final int WIDTH = 96;
  private static final int BAR_WIDTH = 40;
  private static final long NS_PER_S = 1_000_000_000L;

  private final Console console;
  private final boolean terminal;
  private final long startedNs = System.nanoTime();
  private int chapterCount;
  private int observationCount;

  /**
   * Tells it on this console.
   *
   * @param terminal whether a line can be drawn over
   */
  Narrator(Console console, boolean terminal) {
    this.console = console;
    this.terminal = terminal;
  }

  Console console() {
    return console;
  }

  /** Time since the demo began, as "1:07". */
  String clock() {
    long seconds = (System.nanoTime() - startedNs) / NS_PER_S;
    return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
  }

  void heading(String title) {
    chapterCount++;
    String text = chapterCount + "  " + title + " ";
    String line = "─".repeat(Math.max(2, WIDTH - text.length() - clock().length() - 2));
    print("");
    print(console.paint(Style.BOLD_CYAN, text) + console.paint(Style.DIM, line + " " + clock()));
  }

  void say(String text) {
    print("  " + text);
  }

  /** A command the reader could type. */
  void command(String text) {
    print("  " + console.paint(Style.BOLD, "$ weighbridge " + text));
  }

  /** What a command printed. */
  void output(String text) {
    text.lines().forEach(line -> print(console.paint(Style.DIM, "  │ ") + line));
  }

  /** Something promised and seen. */
  void observed(String what) {
    observationCount++;
    print("  " + console.paint(Style.BOLD_GREEN, "✓ ") + what);
  }

  /** Something promised: seen, or the demo ends. */
  void observe(boolean seen, String what) {
    if (!seen) {
      throw new NotObserved(what);
    }
    observed(what);
  }

  /** Overwrites the last line with how far something is; nothing where lines stay. */
  void progress(String text) {
    if (terminal) {
      console.out().print("\r\u001b[K  " + text);
      console.out().flush();
    }
  }

  /** Ends a line of progress. */
  void progressDone() {
    progress("");
    if (terminal) {
      console.out().print("\r\u001b[K");
      console.out().flush();
    }
  }

  /** A bar of this share, 0 to 1. */
  String bar(double share, Style style) {
    int filled = (int) Math.round(share * BAR_WIDTH);
    return console.paint(style, "█".repeat(filled))
        + console.paint(Style.DIM, "░".repeat(BAR_WIDTH - filled));
  }

  /** The last word: everything was observed. */
  void end(int chapters) {
    print("");
    print(
        console.paint(
            Style.BOLD_GREEN,
            "✓ %d chapters, %d observations, %s: everything above was really observed"
                .formatted(chapters, observationCount, clock())));
  }

  private void print(String line) {
    console.out().println(line);
  }
}
