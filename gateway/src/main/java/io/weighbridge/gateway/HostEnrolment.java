package io.weighbridge.gateway;

import io.netty.handler.ssl.SslContext;
import io.weighbridge.gateway.attestation.EnrolledHost;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.HostTls;
import io.weighbridge.gateway.config.ClientTls;
import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.config.HostConfig;
import io.weighbridge.gateway.tls.TlsContexts;
import io.weighbridge.integrity.HostPublicKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hosts of the configuration with what their files hold. Confined to the main thread. */
record HostEnrolment(TlsContexts tls) {
  /** In the order of the configuration; what it names must be good. */
  List<EnrolledHost> of(List<HostConfig> hosts) throws ConfigException {
    List<EnrolledHost> enrolled = new ArrayList<>();
    for (HostConfig host : hosts) {
      enrolled.add(
          new EnrolledHost(
              new HostTable.Host(enrolled.size(), host.id(), host.address(), hostTls(host)),
              key(host),
              host.serves().stream()
                  .map(serves -> new EnrolledHost.Serves(serves.model(), serves.version()))
                  .toList()));
    }
    return enrolled;
  }

  private static @Nullable HostPublicKey key(HostConfig host) throws ConfigException {
    Path file = host.key();
    try {
      return file == null ? null : HostPublicKey.load(file);
    } catch (IOException e) {
      throw new ConfigException(List.of("host " + host.id() + ": key: " + e.getMessage()));
    }
  }

  private @Nullable HostTls hostTls(HostConfig host) throws ConfigException {
    ClientTls secured = host.tls();
    SslContext context = tls.client("host " + host.id(), secured);
    return secured == null || context == null ? null : new HostTls(context, secured.serverName());
  }
}
