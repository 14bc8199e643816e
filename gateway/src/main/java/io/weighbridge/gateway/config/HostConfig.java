package io.weighbridge.gateway.config;

import io.weighbridge.gateway.upstream.check.CheckMethod;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One model host. Immutable.
 *
 * @param address unresolved when it is a name
 * @param key file with its enrolled Ed25519 public key (PEM), or null for a host that cannot attest
 * @param tls null for plain text
 * @param serves what models a host without a key serves; empty for hosts that prove it
 * @param healthCheck how it is asked whether it is ready
 */
public record HostConfig(
    String id,
    InetSocketAddress address,
    @Nullable Path key,
    @Nullable ClientTls tls,
    List<Serves> serves,
    CheckMethod healthCheck) {

  public HostConfig {
    serves = List.copyOf(serves);
    Names.check("id", id);
    check(address);
    GatewayConfig.unique(
        "serves", serves.stream().map(each -> each.model() + " " + each.version()).toList());
    if (key != null && !serves.isEmpty()) {
      throw new BadValue(
          "serves", "a host with a key proves what it serves; leave one of them out");
    }
  }

  static void check(InetSocketAddress address) {
    if (address.getPort() == 0) {
      throw new BadValue("address", "found port 0, allowed is 1 to 65535");
    }
  }

  /** A version that a host without a key is said to serve. */
  public record Serves(String model, String version) {
    public Serves {
      Names.check("model", model);
      Names.check("version", version);
    }
  }
}
