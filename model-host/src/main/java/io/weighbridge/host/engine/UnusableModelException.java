package io.weighbridge.host.engine;

/** The bytes of a model cannot be served; the message says why. */
public final class UnusableModelException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With what to tell the operator. */
  public UnusableModelException(String message) {
    super(message);
  }

  /** With what to tell the operator, and what the engine said. */
  public UnusableModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
