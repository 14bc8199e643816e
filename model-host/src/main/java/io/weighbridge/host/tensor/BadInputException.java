package io.weighbridge.host.tensor;

/**
 * The caller's input does not fit the model; the message names the tensor, what was expected and
 * what was found. Carries no stack: it is an answer, not a fault.
 */
public final class BadInputException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With what to tell the caller. */
  public BadInputException(String message) {
    super(message, null, false, false);
  }
}
