package io.weighbridge.cli.warm;

import io.weighbridge.cli.connect.Credential;
import io.weighbridge.cli.connect.Endpoint;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A gateway started by the launcher as an operator would, with files of its own that go with it,
 * whose JVM keeps what it learned when it stops. Confined to one thread; close it.
 */
final class PracticeGateway implements AutoCloseable {
  private static final int STOP_SECONDS_MAX = 120;
  private static final int SECRET_BYTES = 32;
  private static final String READY = "ready predict=";

  private final Path folder;
  private final Process process;
  private final Console console;
  private final Credential key;
  private final Endpoint predict;

  /** Clears away when the command is interrupted. */
  private final Thread hook = new Thread(this::clearQuietly, "practice-clear");

  private PracticeGateway(Path folder, Process process, Credential key, Console console)
      throws IOException {
    this.folder = folder;
    this.process = process;
    this.key = key;
    this.console = console;
    Runtime.getRuntime().addShutdownHook(hook);
    this.predict = awaitReady();
  }

  /** Starts it and waits until it listens. */
  static PracticeGateway start(String host, Console console) throws IOException {
    Path folder = Files.createTempDirectory("weighbridge-practice-");
    byte[] random = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(random);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    Files.writeString(folder.resolve("keys.yaml"), keys(secret));
    Path config = Files.writeString(folder.resolve("gateway.yaml"), config(host));
    Path home = Path.of(System.getProperty("weighbridge.home", ""));
    ProcessBuilder builder =
        new ProcessBuilder(
            home.resolve("weighbridge").toString(), "gateway", "--config", config.toString());
    builder.environment().put("WEIGHBRIDGE_BUILD", "no");
    builder.environment().put("WEIGHBRIDGE_JAVA_OPTS", "-XX:AOTCacheOutput=" + learned(folder));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.redirectError(folder.resolve("gateway.log").toFile());
    return new PracticeGateway(
        folder, builder.start(), new Credential("wb_practice_" + secret), console);
  }

  private static String keys(String secret) {
    return "keys: [{id: practice, sha256: %s, tenant: practice, principal: practice, models: ['*']}]\n"
        .formatted(
            HexFormat.of()
                .formatHex(TreeHash.sha256().digest(secret.getBytes(StandardCharsets.UTF_8))));
  }

  private static String config(String host) {
    return """
    gateway: {id: practice, state: ./state}
    listen:
      predict: {address: "127.0.0.1:0"}
      admin: {address: "127.0.0.1:0"}
      http: {address: "127.0.0.1:0"}
    ledger: {directory: ./ledger}
    keys: {file: ./keys.yaml}
    hosts:
      - {id: host, address: "%s", serves: [{model: practice, version: "1"}, {model: practice, version: "2"}]}
    models:
      - name: practice
        integrity: none
        versions: [{version: "1"}, {version: "2"}]
        split: {"1": 90%%, "2": 10%%}
        payload-digest: both
    """
        .formatted(host);
  }

  private Endpoint awaitReady() throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (@Nullable String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(READY)) {
        String address = line.substring(READY.length()).split(" ", 2)[0];
        return Endpoint.parse(address, "the gateway's ready line", "127.0.0.1:9000");
      }
    }
    CliException failure = failed("it ended before it listened");
    close();
    throw failure;
  }

  /** Where it takes calls. */
  Endpoint predict() {
    return predict;
  }

  /** Of a caller that may call every model. */
  Credential key() {
    return key;
  }

  /**
   * Lets it drain.
   *
   * @return what its JVM has learned, which goes with the folder
   */
  Path stop() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
      throw failed("it did not end within " + STOP_SECONDS_MAX + " s");
    }
    if (!Files.exists(learned(folder))) {
      throw failed("its JVM kept nothing");
    }
    return learned(folder);
  }

  private static Path learned(Path folder) {
    return folder.resolve("learned.aot");
  }

  /** What to tell the user, with the end of its log. */
  CliException failed(String why) throws IOException {
    List<String> log = Files.readAllLines(folder.resolve("gateway.log"));
    String last = log.isEmpty() ? "" : "; its log ends with: " + log.getLast();
    return new CliException(
        ExitCode.UNREACHABLE, "the gateway that should practise failed", why + last, "");
  }

  @Override
  public void close() throws IOException {
    Runtime.getRuntime().removeShutdownHook(hook);
    clear();
  }

  private void clear() throws IOException {
    process.destroyForcibly().onExit().join();
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }

  private void clearQuietly() {
    try {
      clear();
    } catch (IOException e) {
      console.err().println(folder + " could not be cleared away: " + e.getMessage());
    }
  }
}
