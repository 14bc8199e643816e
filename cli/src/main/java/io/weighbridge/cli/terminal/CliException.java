package io.weighbridge.cli.terminal;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/**
 * A command that cannot go on, in the three lines its user reads: what, why, and what to try.
 * Immutable.
 */
public final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;
  private final String why;
  private final String remedy;

  /**
   * Says one thing.
   *
   * @param why what was found and what is allowed; may be empty
   * @param remedy the next command to type; may be empty
   */
  public CliException(int exitCode, String what, String why, String remedy) {
    super(what);
    this.exitCode = exitCode;
    this.why = why;
    this.remedy = remedy;
  }

  /** The same with the error behind it, for {@code --debug}. */
  public CliException(int exitCode, String what, String why, String remedy, Throwable cause) {
    this(exitCode, what, why, remedy);
    initCause(cause);
  }

  /** Why a file could not be used, in words: the message of some errors is its name and no more. */
  public static String reason(Exception e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      default -> String.valueOf(e.getMessage());
    };
  }

  /** A number of {@link ExitCode}. */
  public int exitCode() {
    return exitCode;
  }

  /** What was found and what is allowed, or empty. */
  public String why() {
    return why;
  }

  /** The next command to type, or empty. */
  public String remedy() {
    return remedy;
  }
}
