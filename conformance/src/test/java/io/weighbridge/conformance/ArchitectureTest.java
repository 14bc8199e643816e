package io.weighbridge.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compiled classes of all modules against the house's plan. */
class ArchitectureTest {
  /** What runs beside the gateway, never in it. */
  private static final List<String> NOT_IN_THE_GATEWAY =
      List.of("ai/djl/", "ai/onnxruntime/", "org/duckdb/", "picocli/", "org/jline/");

  private static final SourceTree TREE = SourceTree.find();
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPaths(TREE.classFolders());

  @Test
  void packagesDependOneWay() {
    assertThat(CLASSES.size()).isGreaterThan(100);
    List<String> violations = new ArrayList<>();
    for (ArchRule rule : HouseRules.all()) {
      for (String detail : rule.evaluate(CLASSES).getFailureReport().getDetails()) {
        violations.add(rule.getDescription() + ": " + detail);
      }
    }
    assertThat(violations).isEmpty();
  }

  @Test
  void theGatewayRunsWithoutModelsCommandLineOrQueries() throws IOException {
    Path lib = TREE.root().resolve("gateway/target/lib");
    assertThat(lib).as("the gateway's class path; made by mvn package").isDirectory();
    List<Path> jars;
    try (Stream<Path> files = Files.list(lib)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
    }
    assertThat(jars).hasSizeGreaterThan(10);
    List<String> strangers = new ArrayList<>();
    for (Path jar : jars) {
      strangers.addAll(strangersIn(jar));
    }
    assertThat(strangers).isEmpty();
  }

  private static List<String> strangersIn(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .map(entry -> entry.getName())
          .filter(name -> NOT_IN_THE_GATEWAY.stream().anyMatch(name::startsWith))
          .limit(1)
          .map(name -> jar.getFileName() + " has " + name)
          .toList();
    }
  }

  @Test
  void findsStrangersInAJar(@TempDir Path folder) throws IOException {
    Path jar = folder.resolve("stranger.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("picocli/CommandLine.class"));
      out.closeEntry();
    }
    assertThat(strangersIn(jar)).containsExactly("stranger.jar has picocli/CommandLine.class");
  }

  @Test
  void reportsHowMuchIsPublic() throws IOException {
    Map<String, int[]> counts = new TreeMap<>();
    for (JavaClass type : CLASSES) {
      boolean ours =
          type.getPackageName().startsWith("io.weighbridge.")
              && !type.getSimpleName().equals("package-info");
      if (ours && type.isTopLevelClass() && !type.getPackageName().endsWith(".v1")) {
        int[] count = counts.computeIfAbsent(type.getPackageName(), name -> new int[2]);
        count[0] += type.getModifiers().contains(JavaModifier.PUBLIC) ? 1 : 0;
        count[1]++;
      }
    }
    StringBuilder report = new StringBuilder("public types by package (aim: at most half)\n");
    counts.forEach(
        (name, count) -> report.append("%-40s %3d of %3d%n".formatted(name, count[0], count[1])));
    System.out.print(report);
    Files.writeString(TREE.root().resolve("conformance/target/public.txt"), report);
    assertThat(counts).isNotEmpty();
  }
}
