package io.weighbridge.cli.demo;

/** What a chapter promised was not seen: the demo ends here, and its exit code says so. */
final class NotObserved extends RuntimeException {
  private static final long serialVersionUID = 1;

  NotObserved(String message) {
    super(message);
  }
}
