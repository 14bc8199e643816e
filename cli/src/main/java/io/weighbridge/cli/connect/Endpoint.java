package io.weighbridge.cli.connect;

import io.grpc.ManagedChannel;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import java.net.URI;
import java.net.URISyntaxException;

/** HOST:PORT of a listener. */
public record Endpoint(String host, int port) {
  private static final int PORT_MAX = 65_535;

  /**
   * Reads "host:port" or "[v6]:port".
   *
   * @param what it is, as an option or otherwise
   * @param example of one
   */
  public static Endpoint parse(String text, String what, String example) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (colon > 0 && port > 0 && port <= PORT_MAX && isHost(text.substring(0, colon))) {
        return new Endpoint(text.substring(0, colon), port);
      }
    } catch (NumberFormatException | URISyntaxException e) {
      // Said below, together with a port out of range.
    }
    throw new CliException(
        ExitCode.BAD_INPUT,
        what + " is no address",
        "found \"" + text + "\"; an address is HOST:PORT and no more, the port 1 to " + PORT_MAX,
        what + " HOST:PORT, such as " + example);
  }

  // As gRPC will read it, which takes anything else for a defect of its caller.
  private static boolean isHost(String text) throws URISyntaxException {
    String host = new URI(null, null, text, 1, null, null, null).getHost();
    return text.equals(host) || ("[" + text + "]").equals(host);
  }

  /** A channel to it; the caller shuts it down. */
  public ManagedChannel channel(Trust trust) {
    return trust.channel(this).build();
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
