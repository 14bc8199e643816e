package io.weighbridge.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the sources and classes of all modules are. Immutable. */
final class SourceTree {
  static final String PACKAGE_INFO = "package-info.java";

  private final Path root;

  private SourceTree(Path root) {
    this.root = root;
  }

  /** The tree this test runs in. */
  static SourceTree find() {
    Path here = Path.of("").toAbsolutePath();
    while (!Files.exists(here.resolve("conformance/pom.xml"))) {
      Path parent = here.getParent();
      if (parent == null) {
        throw new IllegalStateException(
            "not inside the source tree: " + Path.of("").toAbsolutePath());
      }
      here = parent;
    }
    return new SourceTree(here);
  }

  Path root() {
    return root;
  }

  /** Folders with a pom, in alphabetical order. */
  List<Path> modules() {
    try (Stream<Path> children = Files.list(root)) {
      return children.filter(child -> Files.exists(child.resolve("pom.xml"))).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The Java files under {@code src/main} or {@code src/test} of all modules. */
  List<Path> javaFiles(String kind) {
    return modules().stream()
        .map(module -> module.resolve("src").resolve(kind).resolve("java"))
        .filter(Files::isDirectory)
        .flatMap(folder -> javaIn(folder).stream())
        .sorted()
        .toList();
  }

  /** The folders with the compiled main classes of all modules. */
  List<Path> classFolders() {
    return modules().stream()
        .map(module -> module.resolve("target/classes"))
        .filter(Files::isDirectory)
        .toList();
  }

  private static List<Path> javaIn(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
