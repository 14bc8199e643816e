package io.weighbridge.conformance.fault;

import io.weighbridge.conformance.process.CallerKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files of a gateway with one model, m with version 1, whose hosts prove nothing. Its ports are
 * whichever are free.
 */
final class OneModel {
  private OneModel() {}

  /**
   * Writes them.
   *
   * @param more a section of the configuration
   * @param hosts see {@link #host}
   */
  static void write(Path folder, CallerKey key, String more, String... hosts) throws IOException {
    Files.writeString(folder.resolve("keys.yaml"), key.keysFile());
    Files.writeString(
        folder.resolve("gateway.yaml"),
        """
        gateway: {id: gw-one-model}
        listen:
          predict: {address: "127.0.0.1:0"}
          admin: {address: "127.0.0.1:0"}
          http: {address: "127.0.0.1:0"}
        keys: {file: keys.yaml}
        models:
          - {name: m, integrity: none, versions: [{version: "1"}]}
        %s
        hosts:
        %s\
        """
            .formatted(more, String.join("", hosts)));
  }

  /** A host that serves the model. */
  static String host(String id, InetSocketAddress address, String... more) {
    String rest = more.length == 0 ? "" : ", " + String.join(", ", more);
    return "  - {id: %s, address: \"127.0.0.1:%d\", serves: [{model: m, version: \"1\"}]%s}\n"
        .formatted(id, address.getPort(), rest);
  }
}
