package io.weighbridge.cli.terminal;

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
