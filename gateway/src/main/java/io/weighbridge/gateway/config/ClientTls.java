package io.weighbridge.gateway.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards a host. Immutable.
 *
 * @param ca PEM file with the roots that may have signed the host's certificate
 * @param certificate PEM file with the certificate shown to the host, or null for none
 * @param key its private key (PKCS #8), or null
 * @param serverName DNS name or IP address that the host's certificate must carry
 */
public record ClientTls(
    Path ca, @Nullable Path certificate, @Nullable Path key, String serverName) {

  public ClientTls {
    if ((certificate == null) != (key == null)) {
      throw new BadValue(
          certificate == null ? "key" : "certificate",
          "certificate and key belong together; give both or neither");
    }
    if (!serverName.matches("[A-Za-z0-9:]([A-Za-z0-9.:-]{0,252})")) {
      throw new BadValue(
          "server-name", "found \"" + serverName + "\", allowed is a DNS name or an IP address");
    }
  }
}
