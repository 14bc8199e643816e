package io.weighbridge.gateway.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** What is wrong with one file, gathered while it is read. Confined to the reading thread. */
final class Problems {
  private record Problem(int line, int column, String text) {}

  private final Path file;
  private final List<Problem> problems = new ArrayList<>();

  Problems(Path file) {
    this.file = file;
  }

  /** Adds one, at the line where the node starts. */
  void add(Node node, String text) {
    Optional<Mark> start = node.getStartMark();
    problems.add(
        new Problem(
            start.map(Mark::getLine).orElse(0) + 1, start.map(Mark::getColumn).orElse(0), text));
  }

  /** Adds one at a line, from 1. */
  void add(int line, String text) {
    problems.add(new Problem(line, 0, text));
  }

  int count() {
    return problems.size();
  }

  /** Ends the reading when anything is wrong. */
  void throwIfAny() throws ConfigException {
    if (!problems.isEmpty()) {
      throw new ConfigException(
          problems.stream()
              .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
              .map(problem -> file + ":" + problem.line() + ": " + problem.text())
              .toList());
    }
  }
}
