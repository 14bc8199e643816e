package io.weighbridge.gateway.control;

import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.config.GatewayConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Configurations for tests, written as an operator writes them. */
public final class Configs {
  /** Digest of version 1. */
  public static final String DIGEST_1 = "sha256:" + "1".repeat(64);

  /** Digest of version 2. */
  public static final String DIGEST_2 = "sha256:" + "2".repeat(64);

  /** One model with two versions, everything on version 1, ports chosen by the system. */
  public static final String TWO_VERSIONS =
      """
      gateway: {id: gw-1}
      listen:
        predict: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:0"}
        http: {address: "127.0.0.1:0"}
      models:
        - name: minilm
          versions: [{version: "1", digest: "D1"}, {version: "2", digest: "D2"}]
          labels: {stable: "1", canary: "2"}
          split: {"1": 100%}
          sticky: header x-user-id
      """
          .replace("D1", DIGEST_1)
          .replace("D2", DIGEST_2);

  private Configs() {}

  /** The configuration of this text, in this folder. */
  public static GatewayConfig of(Path folder, String text) throws IOException {
    try {
      return GatewayConfig.load(Files.writeString(folder.resolve("gateway.yaml"), text));
    } catch (ConfigException e) {
      throw new IOException(e);
    }
  }
}
