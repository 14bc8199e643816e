package io.weighbridge.conformance;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The sizes and names of the house style, checked source by source. Mutable: confined to one
 * thread.
 */
final class TidyRules {
  static final int MAIN_LINES_MAX = 400;
  static final int TEST_LINES_MAX = 500;
  static final int METHOD_LINES_MAX = 60;
  static final int PARAMETERS_MAX = 6;
  static final int CONSTRUCTOR_PARAMETERS_MAX = 8;
  static final int NESTING_MAX = 3;

  /** Names that say nothing about what the type is. */
  static final Pattern EMPTY_NAME = Pattern.compile(".*(Manager|Helper|Utils?|Impl|Data|Info)");

  /** Packages that say nothing about what they hold. */
  private static final Pattern EMPTY_PACKAGE =
      Pattern.compile(".*\\.(utils?|common|helpers?|impl)(\\..*)?");

  /** What a line may not say; split, so that this file may. */
  private static final List<Banned> BANNED =
      List.of(
          new Banned("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b", "left undone"),
          new Banned("@auth" + "or\\b", "names an author"),
          new Banned("@Disab" + "led\\b", "skips a test"),
          new Banned("^import .*\\*;", "imports by wildcard"),
          new Banned("\\bThread" + "Local\\b", "keeps a cache per thread"),
          new Banned("\\borg\\.mock" + "ito\\b", "uses a mocking library"),
          new Banned("^\\s*//\\s*[-=*#/]{3,}", "draws a banner"));

  private static final Banned SLEEP = new Banned("\\bThread\\." + "sleep\\(", "sleeps in a test");

  private record Banned(Pattern pattern, String what) {
    Banned(String regex, String what) {
      this(Pattern.compile(regex), what);
    }
  }

  private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
  private final List<String> findings = new ArrayList<>();
  private final List<Integer> mainFileLines = new ArrayList<>();
  private final List<Integer> testFileLines = new ArrayList<>();
  private final List<Integer> methodLines = new ArrayList<>();

  /** Checks one source; {@code where} names it in findings. */
  void check(String where, String text, boolean test) {
    List<String> lines = text.lines().toList();
    (test ? testFileLines : mainFileLines).add(lines.size());
    int linesMax = test ? TEST_LINES_MAX : MAIN_LINES_MAX;
    if (lines.size() > linesMax) {
      find(where, 1, "file of " + lines.size() + " lines, at most " + linesMax);
    }
    checkWords(where, lines, test);
    checkTree(where, text, test);
  }

  private void checkWords(String where, List<String> lines, boolean test) {
    for (int i = 0; i < lines.size(); i++) {
      for (Banned banned : BANNED) {
        if (banned.pattern().matcher(lines.get(i)).find()) {
          find(where, i + 1, banned.what());
        }
      }
      if (test && SLEEP.pattern().matcher(lines.get(i)).find()) {
        find(where, i + 1, SLEEP.what());
      }
    }
  }

  private void checkTree(String where, String text, boolean test) {
    JavacTask task =
        (JavacTask)
            compiler.getTask(null, null, null, null, null, List.of(new Source(where, text)));
    try {
      for (CompilationUnitTree unit : task.parse()) {
        String name = unit.getPackageName() == null ? "" : unit.getPackageName().toString();
        if (EMPTY_PACKAGE.matcher(name).matches()) {
          find(where, 1, "package " + name + " says nothing about what it holds");
        }
        new TidyScan(this, where, unit, Trees.instance(task), test).scan(unit, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void find(String where, long line, String what) {
    findings.add(where + ":" + line + ": " + what);
  }

  void methodOf(int lines) {
    methodLines.add(lines);
  }

  /** Everything wrong so far. */
  List<String> findings() {
    return List.copyOf(findings);
  }

  /** Medians and 90th percentiles of what was checked. */
  String report() {
    return spread("main files", mainFileLines, 100, 250)
        + spread("test files", testFileLines, 150, TEST_LINES_MAX)
        + spread("methods", methodLines, 5, 16);
  }

  private static String spread(String what, List<Integer> lines, int median, int ninetieth) {
    if (lines.isEmpty()) {
      return what + ": none%n".formatted();
    }
    List<Integer> sorted = new ArrayList<>(lines);
    Collections.sort(sorted);
    return "%s: %d, lines median %d (expected <= %d), p90 %d (<= %d), longest %d%n"
        .formatted(
            what,
            sorted.size(),
            sorted.get(sorted.size() / 2),
            median,
            sorted.get(sorted.size() * 9 / 10),
            ninetieth,
            sorted.get(sorted.size() - 1));
  }

  /** What a {@code package-info.java} lacks. */
  static List<String> packageFaults(String text) {
    List<String> faults = new ArrayList<>();
    for (String needed : Arrays.asList("/**", "@NullMarked")) {
      if (!text.contains(needed)) {
        faults.add("lacks " + needed);
      }
    }
    return faults;
  }

  /** A source held as text. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String where, String text) {
      super(URI.create("memory:///" + where), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
