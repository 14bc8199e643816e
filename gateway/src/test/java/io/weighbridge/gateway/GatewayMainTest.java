package io.weighbridge.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The process as an operator meets it: lines and exit codes. */
final class GatewayMainTest {
  private static final int DEADLINE_SECONDS = 60;

  @TempDir private Path folder;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(Process::destroyForcibly);
  }

  @ParameterizedTest
  @ValueSource(strings = {"predict", "admin", "http"})
  void exits69AndSaysWhatToTryWhenAPortIsTaken(String listener) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Process gateway = start(config(listener, address));
      assertExits(gateway, 69);
      assertThat(errors(gateway))
          .contains("error: cannot listen on %s (listen.%s.address)".formatted(address, listener))
          .containsPattern(
              "\n  why: .*Address already in use\n  try: stop the process that listens")
          .doesNotContain("Exception", "\tat ");
    }
  }

  @Test
  void exits69WhenStartedTwice() throws Exception {
    Path file = config("predict", "127.0.0.1:0");
    Process first = start(file);
    assertThat(first.inputReader(StandardCharsets.UTF_8).readLine())
        .as(errors(first))
        .startsWith("ready predict=127.0.0.1:");
    Process second = start(file);
    assertExits(second, 69);
    assertThat(errors(second))
        .contains("error: the ledger is in use\n  why: another process holds ")
        .contains(
            "\n  try: stop the gateway that runs with it, or give this one its own gateway.id")
        .doesNotContain("Exception", "\tat ");
    assertThat(first.isAlive()).isTrue();
  }

  @Test
  void exits78WhenAHostsKeyIsNone() throws Exception {
    Path der = Files.write(folder.resolve("host.pub"), new byte[] {0x30, (byte) 0x82, 1});
    Path file = config("predict", "127.0.0.1:0");
    String hosts = "hosts:\n  - {id: a, address: \"127.0.0.1:1\", key: host.pub}\n";
    Process gateway = start(Files.writeString(file, hosts, StandardOpenOption.APPEND));
    assertExits(gateway, 78);
    assertThat(errors(gateway)).contains("host a: key: " + der + ": holds no PEM block PUBLIC KEY");
  }

  @Test
  void helpGoesToStandardOutputAndSaysWhatTheReferenceSays() throws Exception {
    Process gateway = launch("--help");
    String help = new String(gateway.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertExits(gateway, 0);
    assertThat(help)
        .contains("usage: ", "Examples:\n  weighbridge gateway --config gateway.yaml\n");
    assertThat(errors(gateway)).isEmpty();
    String source =
        Files.readString(Path.of("src/main/java/io/weighbridge/gateway/GatewayMain.java"));
    List<String> codes =
        Pattern.compile("EXIT_\\w+ = (\\d+);")
            .matcher(source)
            .results()
            .map(m -> m.group(1))
            .toList();
    assertThat(codes).hasSizeGreaterThanOrEqualTo(5).contains("74");
    String reference =
        Files.readString(Path.of("../docs/configuration.md")).replaceAll("\\s+", " ");
    for (String code : codes) {
      Matcher line = Pattern.compile("\n  " + code + "  (.+)\n").matcher(help);
      assertThat(line.find()).as(code).isTrue();
      assertThat(reference).contains("; " + code + " " + line.group(1));
    }
  }

  @Test
  void exits78WithEveryProblemOfTheConfiguration() throws Exception {
    Path file =
        Files.writeString(folder.resolve("bad.yaml"), "gateway: {id: a}\nlisten: 7\nx: 1\n");
    Process gateway = start(file);
    assertExits(gateway, 78);
    assertThat(errors(gateway)).contains(file + ":2: ").contains(file + ":3: ");
  }

  private static void assertExits(Process process, int code) throws InterruptedException {
    assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(code);
  }

  /** A gateway without hosts; every listener but this one takes a free port. */
  private Path config(String listener, String address) throws IOException {
    StringBuilder text = new StringBuilder("gateway: {id: gw-test}\nlisten:\n");
    for (String each : List.of("predict", "admin", "http")) {
      text.append(
          "  %s: {address: \"%s\"}\n"
              .formatted(each, each.equals(listener) ? address : "127.0.0.1:0"));
    }
    return Files.writeString(folder.resolve("gateway.yaml"), text);
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
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                GatewayMain.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    Process process = builder.redirectError(errorFile(started.size()).toFile()).start();
    started.add(process);
    return process;
  }

  private Path errorFile(int index) {
    return folder.resolve("stderr-" + index);
  }

  private String errors(Process process) throws IOException {
    return Files.readString(errorFile(started.indexOf(process)));
  }
}
