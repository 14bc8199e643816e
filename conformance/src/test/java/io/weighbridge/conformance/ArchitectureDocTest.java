package io.weighbridge.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** ARCHITECTURE.md is the map: whatever class it names must be there. */
class ArchitectureDocTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+)(\\.[a-z]\\w*)?`");
  private static final int LINES_MAX = 200;
  private static final int CLASSES_MIN = 30;

  private static Set<String> classes() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void namesOnlyClassesThatExist() throws IOException {
    String text = Files.readString(ROOT.resolve("ARCHITECTURE.md"));
    Set<String> known = classes();
    Set<String> named = new TreeSet<>();
    Set<String> gone = new TreeSet<>();
    for (Matcher found = CLASS_NAME.matcher(text); found.find(); ) {
      named.add(found.group(1));
      if (!known.contains(found.group(1))) {
        gone.add(found.group(1));
      }
    }
    assertThat(gone).isEmpty();
    assertThat(named).hasSizeGreaterThan(CLASSES_MIN);
    assertThat(text.lines().count()).isLessThanOrEqualTo(LINES_MAX);
  }
}
