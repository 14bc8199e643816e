package io.weighbridge.gateway.config;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads the {@code tls} sections. Confined to the reading thread. */
final class TlsReader {
  private final Path folder;

  TlsReader(Path folder) {
    this.folder = folder;
  }

  @Nullable ServerTls server(Section section) {
    Path certificate = readable(folder, section, "certificate");
    Path key = readable(folder, section, "key");
    Path clientCa = section.has("client-ca") ? readable(folder, section, "client-ca") : null;
    if (section.has("client-certificate") && clientCa == null) {
      section.problem("client-certificate", "says nothing without client-ca");
    }
    ServerTls.ClientCertificate demand =
        section.oneOf("client-certificate", ServerTls.ClientCertificate.REQUIRED);
    return section.make(() -> new ServerTls(certificate, key, clientCa, demand));
  }

  /** The name expected of the host is its address, unless the section says another. */
  @Nullable ClientTls client(Section section, String address) {
    Path ca = readable(folder, section, "ca");
    Path certificate = section.has("certificate") ? readable(folder, section, "certificate") : null;
    Path key = section.has("key") ? readable(folder, section, "key") : null;
    String serverName = section.text("server-name", address);
    return section.make(() -> new ClientTls(ca, certificate, key, serverName));
  }

  static Path readable(Path folder, Section section, String key) {
    Path file = folder.resolve(section.text(key)).normalize();
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      section.problem(key, "found " + file + ", which is no readable file");
    }
    return file;
  }
}
