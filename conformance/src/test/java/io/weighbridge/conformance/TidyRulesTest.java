package io.weighbridge.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shows that each rule of {@link TidyRules} can fail, and where it begins to. */
class TidyRulesTest {

  private static List<String> check(String text, boolean test) {
    TidyRules rules = new TidyRules();
    rules.check("A.java", text, test);
    return rules.findings();
  }

  private static List<String> checkMain(String body) {
    return check("package p.q;\n/** A thing. */\nclass A {\n" + body + "\n}\n", false);
  }

  private static String repeat(String text, int count) {
    return text.repeat(count);
  }

  @Test
  void passesATidySource() {
    assertThat(checkMain("int one() {\n return 1;\n }")).isEmpty();
  }

  @Test
  void findsLongFiles() {
    String lines = repeat("// why\n", 395);
    assertThat(checkMain(lines)).isEmpty();
    assertThat(checkMain(lines + "//\n")).singleElement().asString().contains("401 lines");
    String text = "class A {}\n" + repeat("// why\n", 499);
    assertThat(check(text, true)).isEmpty();
    assertThat(check(text + "//\n", true)).singleElement().asString().contains("501 lines");
  }

  @Test
  void findsLongMethods() {
    assertThat(checkMain("void m() {\n" + repeat("int x;\n", 58) + "}")).isEmpty();
    assertThat(checkMain("void m() {\n" + repeat("int x;\n", 59) + "}"))
        .singleElement()
        .asString()
        .startsWith("A.java:4: method of 61 lines");
    assertThat(checkMain("@B({\n" + repeat("1,\n", 60) + "})\nvoid m() {}")).isEmpty();
  }

  @Test
  void findsLongParameterLists() {
    String six = "int a, int b, int c, int d, int e, int f";
    assertThat(checkMain("void m(" + six + ") {}")).isEmpty();
    assertThat(checkMain("void m(" + six + ", int g) {}")).hasSize(1);
    assertThat(checkMain("@Override void m(" + six + ", int g) {}")).isEmpty();
    assertThat(checkMain("A(" + six + ", int g, int h) {}")).isEmpty();
    assertThat(checkMain("A(" + six + ", int g, int h, int i) {}")).hasSize(1);
    assertThat(checkMain("record R(" + six + ", int g, int h, int i) {}")).isEmpty();
  }

  @Test
  void findsDeepNesting() {
    String three = "void m() { for (;;) { while (b) { if (b) { %s } } } }";
    assertThat(checkMain(three.formatted("x();"))).isEmpty();
    assertThat(checkMain(three.formatted("if (c) { x(); }"))).hasSize(1);
    assertThat(checkMain(three.formatted("for (int i : is) { x(); }"))).hasSize(1);
    assertThat(checkMain(three.formatted("try { x(); } finally { y(); }"))).hasSize(1);
    assertThat(checkMain(three.formatted("switch (d) { default -> x(); }"))).hasSize(1);
    assertThat(checkMain(three.formatted("int e = switch (d) { default -> 1; };"))).hasSize(1);
    assertThat(checkMain(three.formatted("synchronized (f) { x(); }"))).hasSize(1);
    assertThat(checkMain(three.formatted("do { x(); } while (b);"))).hasSize(1);
    assertThat(checkMain(three.formatted("} else if (c) { x();"))).isEmpty();
    assertThat(checkMain(three.formatted("new B() { void n() { if (c) { x(); } } };"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HostManager",
        "RouteHelper",
        "Utils",
        "ByteUtil",
        "CallImpl",
        "ModelData",
        "HostInfo"
      })
  void findsEmptyNames(String name) {
    assertThat(checkMain("static class " + name + " {}")).hasSize(1);
    assertThat(checkMain("static class " + name + "s1 {}")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"p.util", "p.utils.q", "p.common", "p.impl", "p.helper"})
  void findsEmptyPackages(String name) {
    assertThat(check("package " + name + ";\n/** A. */\nclass A {}\n", false)).hasSize(1);
  }

  @Test
  void findsTypesThatDoNotSayWhatTheyAre() {
    assertThat(check("class A {}\n", false)).singleElement().asString().contains("does not say");
    assertThat(check("class A {}\n", true)).isEmpty();
  }

  @Test
  void findsBannedWords() {
    assertThat(checkMain("// TO" + "DO later")).hasSize(1);
    assertThat(checkMain("// FIX" + "ME")).hasSize(1);
    assertThat(checkMain("// @auth" + "or me")).hasSize(1);
    assertThat(checkMain("// ------ section ------")).hasSize(1);
    assertThat(checkMain("Thread" + "Local<String> cache;")).hasSize(1);
    assertThat(check("import java.util" + ".*;\n/** A. */ class A {}\n", false)).hasSize(1);
    assertThat(check("@Disab" + "led class A {}\n", true)).hasSize(1);
    String sleeps = "class A { void m() { Thread." + "sleep(1); } }\n";
    assertThat(check(sleeps, true)).hasSize(1);
    assertThat(check("/** A. */ " + sleeps, false)).isEmpty();
  }

  @Test
  void findsPackagesThatDoNotSayWhatTheyHold() {
    assertThat(TidyRules.packageFaults("/** Why. */\n@NullMarked\npackage p;")).isEmpty();
    assertThat(TidyRules.packageFaults("@NullMarked\npackage p;")).hasSize(1);
    assertThat(TidyRules.packageFaults("/** Why. */\npackage p;")).hasSize(1);
  }

  @Test
  void reportsMediansAndPercentiles() {
    TidyRules rules = new TidyRules();
    for (int lines = 1; lines <= 9; lines++) {
      rules.check("A.java", "/** A. */ class A {}\n" + repeat("//\n", lines), false);
    }
    assertThat(rules.report()).contains("main files: 9, lines median 6 (expected <= 100), p90 10");
  }
}
