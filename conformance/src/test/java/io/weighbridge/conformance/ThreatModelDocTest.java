package io.weighbridge.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/threat-model.md: what it says bounds and shows must be there. */
class ThreatModelDocTest {
  private static final Path ROOT = Path.of("..");
  private static final Path PAGE = ROOT.resolve("docs/threat-model.md");
  private static final Pattern CLASS = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");
  private static final Pattern LIMIT = Pattern.compile("`([a-z]+(?:-[a-z]+)+)`");
  private static final Pattern CONSTANT = Pattern.compile("\\b([A-Z]+(?:_[A-Z]+)*_MAX)\\b");
  private static final int ROWS_MIN = 40;

  /** Java sources by class name, tests and others together. */
  private static Map<String, Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().contains("/src/") && file.toString().endsWith(".java"))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString().replace(".java", ""),
                  file -> file,
                  (one, other) -> one));
    }
  }

  /** Cells of the rows that have an input, a danger, a bound and tests. */
  private static List<List<String>> rows() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| input "))
        .map(line -> Arrays.stream(line.substring(1).split("\\|", -1)).map(String::strip).toList())
        .filter(cells -> cells.size() == 5)
        .toList();
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }

  @Test
  void everyInputHasADangerABoundAndATestThatExists() throws IOException {
    Map<String, Path> known = sources();
    List<List<String>> rows = rows();
    assertThat(rows).hasSizeGreaterThan(ROWS_MIN);
    for (List<String> row : rows) {
      assertThat(row.subList(0, 4)).as("%s", row).allSatisfy(cell -> assertThat(cell).isNotBlank());
      List<String> tests = all(CLASS, row.get(3));
      assertThat(tests).as("tests of %s", row.getFirst()).isNotEmpty();
      for (String test : tests) {
        assertThat(test).endsWith("Test");
        assertThat(Objects.requireNonNull(known.get(test), test).toString()).contains("/src/test/");
      }
    }
  }

  @Test
  void namesOnlyClassesAndLimitsThatExist() throws IOException {
    String text = Files.readString(PAGE);
    String keys =
        Files.readString(ROOT.resolve("docs/configuration.md"))
            + Files.readString(ROOT.resolve("docs/model-host.md"));
    Map<String, Path> known = sources();
    List<String> gone = new ArrayList<>();
    for (String name : all(CLASS, text)) {
      if (!known.containsKey(name)) {
        gone.add(name);
      }
    }
    for (String key : all(LIMIT, text)) {
      if (!keys.contains(key + "`")) {
        gone.add(key);
      }
    }
    assertThat(gone).isEmpty();
  }

  /** In a row, constants belong to the classes it names. */
  @Test
  void namesOnlyConstantsOfTheClassesBesideThem() throws IOException {
    Map<String, Path> known = sources();
    List<String> gone = new ArrayList<>();
    for (List<String> row : rows()) {
      StringBuilder code = new StringBuilder();
      for (String name : all(CLASS, row.get(2))) {
        code.append(Files.readString(Objects.requireNonNull(known.get(name), name)));
      }
      Matcher constant = CONSTANT.matcher(row.get(2));
      while (constant.find()) {
        if (!code.toString().contains(constant.group(1) + " =")) {
          gone.add(constant.group(1) + " in " + row.getFirst());
        }
      }
    }
    assertThat(gone).isEmpty();
  }
}
