package io.weighbridge.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes: data to {@link #out}, everything else to {@link #err}. Thread-safe as far
 * as its two streams are.
 *
 * <p>The launcher says which streams are terminals ({@code weighbridge.tty}, such as {@code
 * 0,1,2}), for the JVM can only tell for standard input and output together.
 */
public final class Console {
  private final PrintStream out;
  private final PrintStream err;
  private final boolean colour;
  private final boolean interactive;
  private final @Nullable StandardOutput sink;

  /**
   * Writes to these streams.
   *
   * @param colour whether styles show
   * @param interactive whether a person sits there who can be asked
   */
  public Console(PrintStream out, PrintStream err, boolean colour, boolean interactive) {
    this(out, err, colour, interactive, null);
  }

  private Console(
      PrintStream out,
      PrintStream err,
      boolean colour,
      boolean interactive,
      @Nullable StandardOutput sink) {
    this.sink = sink;
    this.out = out;
    this.err = err;
    this.colour = colour;
    this.interactive = interactive;
  }

  /** The console of this process. */
  public static Console ofProcess() {
    String terminals = System.getProperty("weighbridge.tty", "");
    StandardOutput sink = new StandardOutput();
    return new Console(
        new PrintStream(new BufferedOutputStream(sink), true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        wantsColour(terminals.contains("1"), System.getenv()),
        terminals.contains("0") && terminals.contains("2"),
        sink);
  }

  /** Colour on a terminal only, never with NO_COLOR, always with CLICOLOR_FORCE. */
  static boolean wantsColour(boolean terminal, Map<String, String> environment) {
    if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
      return false;
    }
    String force = environment.getOrDefault("CLICOLOR_FORCE", "0");
    return !force.equals("0") || (terminal && !"dumb".equals(environment.get("TERM")));
  }

  /** Data: what a program would read. */
  public PrintStream out() {
    return out;
  }

  /** Why not all data could be written; null when it was. */
  public @Nullable IOException unwritten() {
    out.flush();
    return sink == null ? null : sink.failure();
  }

  /** Everything else: progress, questions, errors. */
  public PrintStream err() {
    return err;
  }

  /** Whether styles show. */
  public boolean colour() {
    return colour;
  }

  /** Whether a person can be asked. */
  public boolean interactive() {
    return interactive;
  }

  /** Somebody else's text with nothing in it that could steer a terminal or begin a new line. */
  public static String printable(String text) {
    return text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
  }

  /** The text in this style, or as it is where no colour is wanted. */
  public String paint(Style style, String text) {
    return colour ? style.wrap(text) : text;
  }

  /** Asks a yes/no question; no when nobody answers. */
  public boolean confirm(String question) {
    err.print(question + " [y/N] ");
    err.flush();
    try {
      // Reads one line and leaves the stream open: it belongs to the process.
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      @Nullable String answer = reader.readLine();
      return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    } catch (IOException e) {
      throw new CliException(
          ExitCode.INTERNAL, "cannot read your answer", String.valueOf(e.getMessage()), "", e);
    }
  }
}
