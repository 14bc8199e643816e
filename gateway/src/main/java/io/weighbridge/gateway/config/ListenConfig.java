package io.weighbridge.gateway.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where the gateway listens. Immutable.
 *
 * @param predict HTTP/2 for callers
 * @param admin gRPC for operators and auditors
 * @param http metrics, live and ready
 */
public record ListenConfig(Listener predict, Listener admin, Listener http) {
  public ListenConfig {
    apart("admin", admin, "predict", predict);
    apart("http", http, "predict", predict);
    apart("http", http, "admin", admin);
  }

  private static void apart(String key, Listener one, String otherKey, Listener other) {
    InetAddress a = one.address().getAddress();
    InetAddress b = other.address().getAddress();
    int port = one.address().getPort();
    if (port != 0
        && port == other.address().getPort()
        && (a.equals(b) || a.isAnyLocalAddress() || b.isAnyLocalAddress())) {
      throw new BadValue(
          key, "found port " + port + ", which " + otherKey + " has; each needs one of its own");
    }
  }

  /**
   * One address.
   *
   * @param address resolved; port 0 means any free one
   * @param insecure that plain text beyond loopback was asked for in so many words
   * @param tls null for plain text
   */
  public record Listener(InetSocketAddress address, boolean insecure, @Nullable ServerTls tls) {
    public Listener {
      if (address.isUnresolved()) {
        throw new BadValue("address", "found " + address.getHostString() + ", which has no IP");
      }
      if (insecure && tls != null) {
        throw new BadValue("insecure", "found true beside tls; leave one of them out");
      }
      if (!insecure && tls == null && !address.getAddress().isLoopbackAddress()) {
        throw new BadValue(
            "address",
            "found "
                + address.getHostString()
                + ", which is beyond loopback; allowed is 127.0.0.1, [::1] or localhost, or give it"
                + " tls, or say insecure: true");
      }
    }

    /** A loopback listener on this port. */
    public static Listener loopback(int port) {
      return new Listener(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), false, null);
    }
  }
}
