package io.weighbridge.host;

import static org.assertj.core.api.Assertions.assertThat;

import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.ModelReadyRequest;
import inference.ServerReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process as an operator meets it: lines, signals, exit codes. */
class ModelHostMainTest {
  private static final int DEADLINE_SECONDS = 60;

  @TempDir private Path folder;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void servesReloadsAndDrains() throws Exception {
    ModelFolders.adding(folder.resolve("models"), "add", "1", 1);
    Process process = start(config());
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String ready = out.readLine();
    assertThat(ready).as(errors()).matches("ready infer=127\\.0\\.0\\.1:[1-9][0-9]*");
    assertThat(folder.resolve("host-a.key")).exists();
    assertThat(Files.readString(folder.resolve("host-a.pub"))).contains("BEGIN PUBLIC KEY");

    String target = ready.substring("ready infer=".length());
    ManagedChannel channel = NettyChannelBuilder.forTarget(target).usePlaintext().build();
    try {
      GRPCInferenceServiceBlockingStub client = GRPCInferenceServiceGrpc.newBlockingStub(channel);
      assertThat(client.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
      ModelFolders.adding(folder.resolve("models"), "add", "2", 2);
      signal(process, "HUP");
      ModelReadyRequest second =
          ModelReadyRequest.newBuilder().setName("add").setVersion("2").build();
      Awaitility.await()
          .atMost(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .until(() -> client.modelReady(second).getReady());
    } finally {
      channel.shutdownNow();
    }
    signal(process, "TERM");
    assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(errors())
        .contains("loading   add version 1: ")
        .contains("serving   add version 1 generation 1: sha256:")
        .contains("unchanged add version 1 generation 1: sha256:")
        .contains("serving   add version 2 generation 1: sha256:");
  }

  /** The environment is empty, so the process knows ASCII only. */
  @Test
  void aFileNameItCannotReadCostsOneVersion() throws Exception {
    ModelFolders.adding(folder.resolve("models"), "add", "1", 1);
    Path folderOfSecond = ModelFolders.adding(folder.resolve("models"), "add", "2", 2);
    Process touch =
        new ProcessBuilder("sh", "-c", "touch \"$(printf 'caf\\303\\251')\"")
            .directory(folderOfSecond.toFile())
            .inheritIO()
            .start();
    assertThat(touch.waitFor()).isZero();
    Process process = start(config());
    assertThat(process.inputReader(StandardCharsets.UTF_8).readLine())
        .as(errors())
        .startsWith("ready infer=");
    assertThat(errors())
        .contains("serving   add version 1 generation 1: sha256:")
        .contains("failed    add version 2: FileSystemException: ")
        .contains("/add/2/caf")
        .contains("start it with LANG=C.UTF-8, or rename the file");
  }

  /**
   * ONNX Runtime reports home by default, keeps an id and a queue on disk, and dies of a long line.
   */
  @Test
  void theEngineDoesNotReportHome() throws Exception {
    ModelFolders.adding(folder.resolve("models"), "add", "1", 1);
    Process process = start(config());
    assertThat(process.inputReader(StandardCharsets.UTF_8).readLine())
        .as(errors())
        .startsWith("ready infer=");
    assertThat(folder.resolve("home")).doesNotExist();
    assertThat(folder.resolve("tmp")).isDirectoryNotContaining("glob:**mat-debug*");
    assertThat(Path.of("/tmp/mat-debug-" + process.pid() + ".log")).doesNotExist();
  }

  @Test
  void helpGoesToStandardOutputAndSaysWhatTheReferenceSays() throws Exception {
    Process process = launch("--help");
    String help = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertExits(process, 0);
    assertThat(help)
        .startsWith("usage: weighbridge model-host --config FILE\n")
        .contains("Examples:\n  weighbridge model-host --config host.yaml\n")
        .contains("\n  0   stopped\n");
    assertThat(errors()).isEmpty();
    String source =
        Files.readString(Path.of("src/main/java/io/weighbridge/host/ModelHostMain.java"));
    List<String> codes =
        Pattern.compile("EXIT_\\w+ = (\\d+);")
            .matcher(source)
            .results()
            .map(m -> m.group(1))
            .toList();
    assertThat(codes).hasSize(4);
    String reference = Files.readString(Path.of("../docs/model-host.md")).replaceAll("\\s+", " ");
    for (String code : codes) {
      Matcher line = Pattern.compile("\n  " + code + " +(.+)\n").matcher(help);
      assertThat(line.find()).as(code).isTrue();
      assertThat(reference).contains("; " + code + " " + line.group(1));
    }
  }

  @Test
  void exits64AndSaysHowItIsUsed() throws Exception {
    assertExits(launch("--nonsense"), 64);
    assertThat(errors()).isEqualTo("usage: weighbridge model-host --config FILE\n");
  }

  @Test
  void exits78WithEveryProblemOfTheConfiguration() throws Exception {
    Path file = Files.writeString(folder.resolve("bad.yaml"), "host: {id: a}\nlisten: 7\nx: 1\n");
    assertExits(file, 78);
    assertThat(errors())
        .contains(file + ":2: listen is not a mapping")
        .contains(file + ":1: repository is missing")
        .contains(file + ":3: x is not a known key");
  }

  @Test
  void exits78WithoutAnyModelOrFile() throws Exception {
    assertExits(config(), 78);
    assertThat(errors()).contains("host.yaml:1: NotDirectoryException: ").contains("models");
    Files.createDirectory(folder.resolve("models"));
    assertExits(config(), 78);
    assertThat(errors()).contains("no model could be loaded");
    assertExits(folder.resolve("absent.yaml"), 78);
    assertThat(errors()).contains("absent.yaml:1: NoSuchFileException");
  }

  @Test
  void exits78WhenOthersCanReadTheKey() throws Exception {
    ModelFolders.adding(folder.resolve("models"), "add", "1", 1);
    Files.writeString(folder.resolve("host-a.key"), "x");
    assertExits(config(), 78);
    assertThat(errors()).contains("chmod 600");
  }

  @Test
  void exits69AndSaysWhatToTryWhenThePortIsTaken() throws Exception {
    ModelFolders.adding(folder.resolve("models"), "add", "1", 1);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Path file =
          Files.writeString(config(), Files.readString(config()).replace("127.0.0.1:0", address));
      assertExits(file, 69);
      assertThat(errors())
          .contains(
              "error: cannot listen on " + address + " (listen.infer.address)\n  why: Address")
          .contains("\n  try: stop the process that listens there")
          .doesNotContain("Exception");
    }
  }

  private void assertExits(Path file, int code) throws Exception {
    assertExits(start(file), code);
  }

  private static void assertExits(Process process, int code) throws InterruptedException {
    assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(code);
  }

  private Path config() throws IOException {
    return Files.writeString(
        folder.resolve("host.yaml"),
        """
        host: {id: host-a}
        listen: {infer: {address: "127.0.0.1:0"}}
        repository: ./models
        """);
  }

  private Process start(Path config) throws IOException {
    return launch("--config", config.toString());
  }

  private Process launch(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")),
                "-Dpadding=" + "x".repeat(8000),
                "-cp",
                System.getProperty("java.class.path"),
                ModelHostMain.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(folder.resolve("stderr").toFile());
    // Also clears what a build machine sets to keep libraries from calling home.
    builder.environment().clear();
    builder.environment().put("HOME", folder.resolve("home").toString());
    builder.environment().put("TMPDIR", folder.resolve("tmp").toString());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private String errors() throws IOException {
    return Files.readString(folder.resolve("stderr"));
  }

  private static void signal(Process process, String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }
}
