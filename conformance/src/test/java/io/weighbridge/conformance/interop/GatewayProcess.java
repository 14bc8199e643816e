package io.weighbridge.conformance.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A gateway as it is shipped, in a process of its own and a folder of a test's. Thread-safe. */
final class GatewayProcess implements AutoCloseable {
  private static final String SECRET = "i".repeat(43);
  static final String TOKEN = "Bearer wb_interop_" + SECRET;
  private static final Pattern READY = Pattern.compile("ready predict=127\\.0\\.0\\.1:(\\d+) .*");
  private static final int STOP_S_MAX = 30;

  private final Process process;
  private final BufferedReader out;
  private final int port;

  /**
   * Starts one; it listens when this returns.
   *
   * @param root of the source tree, whose packaged gateway it is
   * @param services what it routes, all to one host, for callers with {@link #TOKEN}
   */
  GatewayProcess(Path root, Path folder, List<String> services, int hostPort) throws IOException {
    Files.writeString(folder.resolve("keys.yaml"), keys());
    Path config = folder.resolve("gateway.yaml");
    Files.writeString(config, config(services, hostPort));
    Path target = root.resolve("gateway/target");
    String classPath = target.resolve("classes") + ":" + target.resolve("lib") + "/*";
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                "io.weighbridge.gateway.GatewayMain",
                "--config",
                config.toString())
            .redirectError(folder.resolve("gateway.log").toFile())
            .start();
    out = process.inputReader(UTF_8);
    String line = out.readLine();
    Matcher ready = READY.matcher(line == null ? "" : line);
    if (!ready.matches()) {
      process.destroyForcibly();
      throw new IOException(
          "not ready: " + line + "\n" + Files.readString(folder.resolve("gateway.log")));
    }
    port = Integer.parseInt(ready.group(1));
  }

  private static String keys() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(SECRET.getBytes(UTF_8));
      return """
      keys:
        - id: interop
          sha256: %s
          tenant: conformance
          principal: interop
          models: ["/*"]
      """
          .formatted(HexFormat.of().formatHex(hash));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String config(List<String> services, int hostPort) {
    StringBuilder routes = new StringBuilder();
    services.forEach(
        name -> routes.append("  - {service: ").append(name).append(", hosts: [interop]}\n"));
    return """
    gateway: {id: gw-interop}
    listen:
      predict: {address: "127.0.0.1:0"}
      admin: {address: "127.0.0.1:0"}
      http: {address: "127.0.0.1:0"}
    keys: {file: keys.yaml}
    hosts:
      - {id: interop, address: "127.0.0.1:%d"}
    routes:
    """
            .formatted(hostPort)
        + routes;
  }

  /** Where it takes calls. */
  int port() {
    return port;
  }

  /** Stops it as an operator would; answers with its exit status. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_S_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    out.close();
  }
}
