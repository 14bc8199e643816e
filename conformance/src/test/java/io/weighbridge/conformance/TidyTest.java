package io.weighbridge.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The sources of all modules, main and test, against the house style. */
class TidyTest {
  private final SourceTree tree = SourceTree.find();

  @Test
  void everySourceKeepsTheSizesAndNames() throws IOException {
    TidyRules rules = new TidyRules();
    for (String kind : List.of("main", "test")) {
      List<Path> files = tree.javaFiles(kind);
      assertThat(files).as("sources of kind " + kind).isNotEmpty();
      for (Path file : files) {
        String where = tree.root().relativize(file).toString();
        rules.check(where, SourceTree.read(file), kind.equals("test"));
      }
    }
    System.out.print(rules.report());
    Files.writeString(
        Files.createDirectories(tree.root().resolve("conformance/target")).resolve("tidy.txt"),
        rules.report());
    assertThat(rules.findings()).isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsFor() {
    // A test package with the name of a main package is explained there.
    Set<String> explained = new TreeSet<>();
    Set<String> packages = new TreeSet<>();
    List<String> faults = new ArrayList<>();
    for (String kind : List.of("main", "test")) {
      for (Path file : tree.javaFiles(kind)) {
        String name = packageOf(file, kind);
        packages.add(name);
        if (file.endsWith(SourceTree.PACKAGE_INFO)) {
          explained.add(name);
          TidyRules.packageFaults(SourceTree.read(file)).forEach(f -> faults.add(name + " " + f));
        }
      }
    }
    packages.removeAll(explained);
    assertThat(packages).as("packages without " + SourceTree.PACKAGE_INFO).isEmpty();
    assertThat(faults).isEmpty();
  }

  private String packageOf(Path file, String kind) {
    Path module = tree.root().relativize(file).getName(0);
    Path sources = tree.root().resolve(module).resolve("src").resolve(kind).resolve("java");
    return module + ":" + sources.relativize(file.getParent()).toString().replace('/', '.');
  }
}
