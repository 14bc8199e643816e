package io.weighbridge.cli.terminal;

/**
 * Exit codes a script can trust, and the words {@code --help} has for them.
 *
 * <p>"No" and "could not be judged" are different answers: a verifier that found nothing to verify
 * has not verified anything.
 */
public final class ExitCode {
  public static final int DONE = 0;
  public static final int NO = 1;
  public static final int NOT_JUDGED = 2;
  public static final int USAGE = 64;
  public static final int BAD_INPUT = 65;
  public static final int UNREACHABLE = 69;
  public static final int INTERNAL = 70;
  public static final int UNWRITTEN = 74;
  public static final int TRY_LATER = 75;
  public static final int NOT_ALLOWED = 77;
  public static final int BAD_CONFIGURATION = 78;

  /** As a shell says of tools that end by SIGPIPE: whoever read the output had enough. */
  public static final int READER_GONE = 141;

  /** A failing {@code predict} exits with this plus the gRPC code. */
  public static final int PREDICT_FAILED = 100;

  public static final String DONE_LINE = "0:done";
  public static final String NO_LINE = "1:the answer is no";
  public static final String USAGE_LINE = "64:the command line is wrong";
  public static final String BAD_INPUT_LINE = "65:a value or file given is wrong";
  public static final String UNREACHABLE_LINE = "69:the gateway does not answer";
  public static final String UNWRITTEN_LINE = "74:the output cannot be written";
  public static final String TRY_LATER_LINE = "75:not now; try again";
  public static final String NOT_ALLOWED_LINE = "77:the key does not allow it";

  private ExitCode() {}
}
