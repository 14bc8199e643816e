package io.weighbridge.gateway;

import io.weighbridge.ledger.LedgerInUseException;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A gateway that cannot start because something it needs is taken, in the three lines its operator
 * reads: what, why, and what to try. Immutable.
 */
final class StartException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Opens one listener and answers with what came of it. */
  @FunctionalInterface
  interface Opening<T> {
    T open() throws IOException, InterruptedException;
  }

  private final String why;
  private final String remedy;

  private StartException(String what, String why, String remedy, IOException cause) {
    super(what, cause);
    this.why = why;
    this.remedy = remedy;
  }

  /**
   * Opens a listener.
   *
   * @param key of the address in the configuration
   */
  static <T> T listening(String key, InetSocketAddress address, Opening<T> opening)
      throws StartException, InterruptedException {
    try {
      return opening.open();
    } catch (IOException e) {
      throw new StartException(
          "cannot listen on "
              + address.getAddress().getHostAddress()
              + ":"
              + address.getPort()
              + " ("
              + key
              + ")",
          root(e),
          "stop the process that listens there (ss -ltnp names it), or give "
              + key
              + " another port",
          e);
    }
  }

  /** A ledger has one writer. */
  static StartException ledgerInUse(LedgerInUseException e) {
    return new StartException(
        "the ledger is in use",
        String.valueOf(e.getMessage()),
        "stop the gateway that runs with it, or give this one its own gateway.id, gateway.state and"
            + " ledger.directory",
        e);
  }

  private static String root(Throwable e) {
    Throwable deepest = e;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage());
  }

  /** What, why and what to try. */
  String lines() {
    return "error: %s%n  why: %s%n  try: %s".formatted(getMessage(), why, remedy);
  }
}
