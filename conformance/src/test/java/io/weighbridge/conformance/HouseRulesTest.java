package io.weighbridge.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shows that each rule of {@link HouseRules} can fail, on classes compiled for the purpose. */
class HouseRulesTest {
  @TempDir Path folder;

  /** Compiles a class {@code A} that uses a class {@code B}, and returns what the rules say. */
  private List<String> using(String user, String used) throws IOException {
    return saidOf(
        write(used, "B", "public class B {}"),
        write(user, "A", "class A { " + used + ".B field; }"));
  }

  private List<String> saidOf(String... sources) throws IOException {
    List<String> files = new ArrayList<>(List.of("-d", folder.resolve("out").toString()));
    files.addAll(List.of(sources));
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, files.toArray(String[]::new)))
        .isZero();
    var classes = new ClassFileImporter().importPath(folder.resolve("out"));
    return HouseRules.all().stream()
        .filter(rule -> rule.evaluate(classes).hasViolation())
        .map(rule -> rule.getDescription())
        .toList();
  }

  private String write(String packageName, String type, String body) throws IOException {
    Path file = folder.resolve(packageName).resolve(type + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "package " + packageName + ";\n" + body + "\n");
    return file.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "http2, grpc",
    "http2, call",
    "grpc, call",
    "call, route",
    "call, control",
    "identity, peek",
    "peek, route",
    "route, config",
    "admission, upstream",
    "upstream, control",
    "attestation, upstream",
    "observe, record",
    "record, observe",
    "shadow, route",
    "pipeline, inbound",
    "pipeline, control",
    "pipeline, config",
    "inbound, control",
    "inbound, config",
    "config, control",
    "config, pipeline",
    "control, inbound",
    "control, http2"
  })
  void refusesTheWrongWayInsideTheGateway(String user, String used) throws IOException {
    assertThat(using("io.weighbridge.gateway." + user, "io.weighbridge.gateway." + used))
        .singleElement()
        .asString()
        .startsWith(user + " knows nothing");
  }

  @ParameterizedTest
  @CsvSource({
    "grpc, http2",
    "call, grpc",
    "peek, call",
    "upstream, http2",
    "pipeline, peek",
    "inbound, pipeline",
    "config, route",
    "control, route",
    "control, config"
  })
  void allowsTheRightWay(String user, String used) throws IOException {
    assertThat(using("io.weighbridge.gateway." + user, "io.weighbridge.gateway." + used)).isEmpty();
  }

  @Test
  void refusesStagesThatKnowTheWiring() throws IOException {
    assertThat(using("io.weighbridge.gateway.peek", "io.weighbridge.gateway")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "ledger, gateway",
    "ledger, integrity",
    "integrity, ledger",
    "gateway, host",
    "gateway, cli",
    "host, gateway",
    "cli, gateway",
    "cli, host"
  })
  void refusesTheWrongWayBetweenModules(String user, String used) throws IOException {
    assertThat(using("io.weighbridge." + user, "io.weighbridge." + used))
        .singleElement()
        .asString()
        .startsWith("module " + user);
  }

  @Test
  void refusesTheCodecOutsideHttp2() throws IOException {
    String codec = "io.netty.handler.codec.http2";
    List<String> inHttp2 = using("io.weighbridge.gateway.http2", codec);
    assertThat(inHttp2).containsExactly("no class of ours is in another project's package");
    assertThat(using("io.weighbridge.gateway.grpc", codec))
        .contains("only http2 knows Netty's HTTP/2 codec");
  }

  @ParameterizedTest
  @CsvSource({"http2, 1", "upstream, 1", "pipeline, 1", "attestation, 0"})
  void refusesAnotherClockOnThePath(String user, int said) throws IOException {
    String reader = "class A { long now = System.nanoTime(); }";
    assertThat(saidOf(write("io.weighbridge.gateway." + user, "A", reader)))
        .isEqualTo(Collections.nCopies(said, "the path reads no clock but its event loop's"));
  }
}
