package io.weighbridge.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.weighbridge.host.repository.Selection;
import io.weighbridge.host.serve.Limits;
import io.weighbridge.host.yaml.Problems.BadFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HostConfigTest {
  private static final Path FILE = Path.of("/etc/wb/host.yaml");
  private static final String SMALLEST =
      """
      host: {id: host-a}
      listen: {infer: {address: "127.0.0.1:0"}}
      repository: ./models
      """;

  @Test
  void smallestFileTakesEveryDefault() throws BadFileException {
    HostConfig config = read(SMALLEST);
    assertThat(config.id()).isEqualTo("host-a");
    assertThat(config.key()).isEqualTo(Path.of("/etc/wb/host-a.key"));
    assertThat(config.repository().normalize()).isEqualTo(Path.of("/etc/wb/models"));
    assertThat(config.models()).isEmpty();
    assertThat(config.workers()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config.threadsPerCall()).isEqualTo(1);
    assertThat(config.limits()).isEqualTo(Limits.DEFAULTS);
    assertThat(Limits.DEFAULTS)
        .isEqualTo(
            new Limits(
                64 << 20,
                Runtime.getRuntime().maxMemory() / 4,
                16 << 10,
                256,
                1024,
                6000,
                256,
                30,
                20));
  }

  @Test
  void quickstartIsRead() throws Exception {
    Path file = Path.of("..", "deploy", "quickstart", "host.yaml");
    HostConfig config = HostConfig.read(file, Files.readAllBytes(file));
    assertThat(config.models()).containsExactly(new Selection("minilm", List.of("1", "2")));
  }

  @Test
  void everyKeyIsRead() throws BadFileException {
    HostConfig config =
        read(
            """
            host: {id: h, key: /keys/h.key}
            listen: {infer: {address: "0.0.0.0:9201", insecure: true}}
            repository: /models
            models:
              - {name: minilm, versions: ["1", "2"]}
              - {name: other}
            engine: {workers: 3, threads-per-call: 2}
            limits:
              message-bytes-max: 1024
              request-heap-bytes-max: 3221225472
              header-bytes-max: 2048
              streams-max: 3
              connections-max: 4
              resets-per-minute-max: 5
              queue-max: 6
              drain-seconds: 7
              attestations-per-second-max: 8
            """);
    assertThat(config.key()).isEqualTo(Path.of("/keys/h.key"));
    assertThat(config.listen().address().getPort()).isEqualTo(9201);
    assertThat(config.models())
        .containsExactly(
            new Selection("minilm", List.of("1", "2")), new Selection("other", List.of()));
    assertThat(config.workers()).isEqualTo(3);
    assertThat(config.threadsPerCall()).isEqualTo(2);
    assertThat(config.limits()).isEqualTo(new Limits(1024, 3L << 30, 2048, 3, 4, 5, 6, 7, 8));
  }

  @Test
  void everyProblemIsToldAtOnceWithItsLine() {
    assertThat(
            problems(
                """
                host: {id: "a b", keys: x}
                listen: {infer: {address: "nowhere"}}
                models:
                  - {name: "../etc", versions: ["/"]}
                  - {versions: []}
                engine: {workers: 0}
                limits: {queue-max: many, streams-max: 65537}
                extra: 1
                """))
        .containsExactlyInAnyOrder(
            FILE + ":1: host.id is \"a b\", expected letters, digits, . _ -",
            FILE + ":1: host.keys is not a known key",
            FILE
                + ":2: listen.infer.address is \"nowhere\", expected IP:PORT such as 127.0.0.1:9201",
            FILE + ":1: repository is missing",
            FILE + ":4: models[0].name has \"../etc\", expected letters, digits, . _ -",
            FILE + ":4: models[0].versions has \"/\", expected letters, digits, . _ -",
            FILE + ":5: models[1].name is missing",
            FILE + ":6: engine.workers is \"0\", expected a whole number from 1 to 256",
            FILE + ":7: limits.queue-max is \"many\", expected a whole number from 1 to 65536",
            FILE + ":7: limits.streams-max is \"65537\", expected a whole number from 1 to 65536",
            FILE + ":8: extra is not a known key");
  }

  @Test
  void beyondLoopbackWantsItInSoManyWords() throws BadFileException {
    for (String address : List.of("0.0.0.0:1", "192.0.2.1:1", "[::]:1")) {
      assertThat(problems(SMALLEST.replace("127.0.0.1:0", address)))
          .singleElement()
          .asString()
          .contains("beyond loopback")
          .contains("insecure: true");
    }
    for (String address : List.of("127.0.0.1:1", "[::1]:1", "localhost:1")) {
      assertThat(read(SMALLEST.replace("127.0.0.1:0", address)).listen().address().getPort())
          .isEqualTo(1);
    }
    for (String address :
        List.of("127.0.0.1", ":1", "127.0.0.1:65536", "example.org:1", "[::1:1")) {
      assertThat(problems(SMALLEST.replace("127.0.0.1:0", address))).isNotEmpty();
    }
  }

  @Test
  void whatIsNoMappingIsOneProblem() {
    assertThat(problems("")).singleElement().asString().endsWith(":1: the file is empty");
    assertThat(problems("- a"))
        .singleElement()
        .asString()
        .endsWith(":1: the file is not a mapping");
    assertThat(problems("a: [")).singleElement().asString().contains(":1: not YAML: ");
    assertThat(problems(SMALLEST + "host: {id: b}\n"))
        .singleElement()
        .asString()
        .endsWith(":4: host stands twice");
    assertThat(problems("a: &x {b: 1}\nc: *x\n")).isNotEmpty();
    assertThat(problems("x: " + "[".repeat(100_000)))
        .singleElement()
        .asString()
        .contains("nested deeper than 32");
  }

  private static HostConfig read(String yaml) throws BadFileException {
    return HostConfig.read(FILE, yaml.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> problems(String yaml) {
    BadFileException e = catchThrowableOfType(BadFileException.class, () -> read(yaml));
    return Objects.requireNonNull(e, yaml).problems();
  }
}
