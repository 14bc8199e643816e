package io.weighbridge.gateway;

import io.weighbridge.ledger.LedgerInUseException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/**
 * A gateway that cannot start because it cannot have something it needs, in the three lines its
 * operator reads: what, why, and what to try. Immutable.
 */
final class StartException extends IOException {
  private static final long serialVersionUID = 1L;

  private static final int UNPRIVILEGED_PORT_MIN = 1024;

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
      throws StartException, SocketException, InterruptedException {
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
          remedy(key, address),
          e);
    }
  }

  /** By what can be known of the address: the system's words are in its user's language. */
  private static String remedy(String key, InetSocketAddress address) throws SocketException {
    if (!address.getAddress().isAnyLocalAddress()
        && NetworkInterface.getByInetAddress(address.getAddress()) == null) {
      return "give %s an address of this machine (ip address lists them)".formatted(key);
    }
    String free =
        "stop the process that listens there (ss -ltnp names it), or give %s another port"
            .formatted(key);
    int port = address.getPort();
    return port == 0 || port >= UNPRIVILEGED_PORT_MIN
        ? free
        : "let this one have ports below %d (CAP_NET_BIND_SERVICE), or %s"
            .formatted(UNPRIVILEGED_PORT_MIN, free);
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
