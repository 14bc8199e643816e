package io.weighbridge.cli.demo;

import io.weighbridge.cli.connect.Endpoint;
import io.weighbridge.integrity.ModelFolder;
import io.weighbridge.integrity.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Two model hosts and a gateway with their files, each in its own folder. Confined to the main
 * thread.
 */
final class Stage {
  /** The model's name in every configuration. */
  static final String MODEL = "minilm";

  private static final long READY_NS = TimeUnit.MINUTES.toNanos(2);
  private static final String LOOPBACK = "127.0.0.1:0";

  private final Path home;
  private final Path models;
  private final Workspace workspace;
  private final Map<String, Program> programs = new HashMap<>();
  private final Map<String, Endpoint> addresses = new HashMap<>();
  private final Map<String, Integer> runs = new HashMap<>();

  /**
   * Takes the launcher's folder and the fetched models, which are only read.
   *
   * @param models holds {@code minilm/1} and {@code minilm/2}
   */
  Stage(Path home, Path models, Workspace workspace) throws IOException {
    this.home = home;
    this.models = models;
    this.workspace = workspace;
    for (String name : List.of("host-a", "host-b", "gateway", "logs", "client")) {
      Files.createDirectory(folder(name));
    }
  }

  /** A folder of the demo: host-a, host-b, gateway, logs or client. */
  Path folder(String name) {
    return workspace.folder().resolve(name);
  }

  Path ledger() {
    return folder("gateway").resolve("ledger");
  }

  Path ledgerKey() {
    return ledger().resolve("ledger.pub");
  }

  Path adminKey() {
    return folder("gateway").resolve("state").resolve("admin.key");
  }

  Endpoint address(String listener) {
    Endpoint address = addresses.get(listener);
    if (address == null) {
      throw new IllegalStateException(listener + " is not started yet");
    }
    return address;
  }

  Program program(String name) {
    Program program = programs.get(name);
    if (program == null) {
      throw new IllegalStateException(name + " is not started yet");
    }
    return program;
  }

  /** Starts a host on a repository, serving these versions. */
  void startHost(String id, Path repository, List<String> versions) throws IOException {
    String config =
        """
        host: {id: %s, key: ./%s.key}
        listen: {infer: {address: "%s"}}
        repository: %s
        models: [{name: %s, versions: [%s]}]
        """
            .formatted(
                id,
                id,
                LOOPBACK,
                quoted(repository.toString()),
                MODEL,
                String.join(", ", versions.stream().map(Stage::quoted).toList()));
    Path file = Files.writeString(folder(id).resolve("host.yaml"), config);
    start(id, "model-host", file);
  }

  /** Waits for a host's listener. */
  void awaitHost(String id) throws IOException {
    addresses.put(id, program(id).awaitReady(List.of("infer"), READY_NS).get("infer"));
  }

  /** Writes the gateway's configuration and starts it on free ports. */
  void startGateway(Map<String, String> digests) throws IOException {
    writeGatewayConfig(digests, LOOPBACK, LOOPBACK, LOOPBACK);
    runGateway();
    // A second start listens where the first did, as a service would.
    writeGatewayConfig(
        digests,
        address("predict").toString(),
        address("admin").toString(),
        address("http").toString());
  }

  /** Starts the gateway again on its files as they are. */
  void runGateway() throws IOException {
    start("gateway", "gateway", folder("gateway").resolve("gateway.yaml"));
    addresses.putAll(program("gateway").awaitReady(List.of("predict", "admin", "http"), READY_NS));
  }

  private void start(String name, String command, Path config) throws IOException {
    int run = runs.merge(name, 1, Integer::sum);
    Program program = Program.start(home, command, config, folder("logs"), name, run);
    workspace.register(program.handle());
    programs.put(name, program);
  }

  private void writeGatewayConfig(
      Map<String, String> digests, String predict, String admin, String http) throws IOException {
    String config =
        """
        gateway: {id: demo, state: ./state}
        listen:
          predict: {address: "%s"}
          admin: {address: "%s"}
          http: {address: "%s"}
        ledger: {directory: ./ledger, ack: written, on-failure: refuse}
        hosts:
          - {id: host-a, address: "%s", key: ../host-a/host-a.pub}
          - {id: host-b, address: "%s", key: ../host-b/host-b.pub}
        models:
          - name: %s
            integrity: attested
            versions: [{version: "1", digest: "%s"}, {version: "2", digest: "%s"}]
            labels: {stable: "1", canary: "2"}
            split: {"1": 100%%}
            sticky: header x-user-id
            payload-digest: both
        """
            .formatted(
                predict,
                admin,
                http,
                address("host-a"),
                address("host-b"),
                MODEL,
                digests.get("1"),
                digests.get("2"));
    Files.writeString(folder("gateway").resolve("gateway.yaml"), config);
  }

  /** What the files of each version hash to, as fetched: what the hosts will have to prove. */
  Map<String, String> digests() throws IOException {
    Map<String, String> digests = new HashMap<>();
    for (String version : List.of("1", "2")) {
      ModelManifest manifest =
          ModelFolder.list(models.resolve(MODEL).resolve(version), Set.of()).manifest();
      digests.put(version, manifest.rootDigest().toString());
    }
    return digests;
  }

  /** A copy of the fetched models that a chapter may damage. */
  Path copyModels(String into) throws IOException {
    Path target = folder(into).resolve("models");
    try (Stream<Path> walk = Files.walk(models.resolve(MODEL))) {
      for (Path source : walk.toList()) {
        Path copy = target.resolve(models.relativize(source).toString());
        if (Files.isDirectory(source)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(source, copy);
        }
      }
    }
    return target;
  }

  Path models() {
    return models;
  }

  /** The last lines of every process's log. */
  String tails() throws IOException {
    StringBuilder tails = new StringBuilder();
    for (Program program : programs.values()) {
      tails.append(program.tail());
    }
    return tails.toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
