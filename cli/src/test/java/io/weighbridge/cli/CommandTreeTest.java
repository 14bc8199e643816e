package io.weighbridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class CommandTreeTest {

  static Stream<String> commands() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    List<String> names = new ArrayList<>();
    collect(CommandTree.of(new Console(nowhere, nowhere, false, false)), names);
    return names.stream();
  }

  private static void collect(CommandLine command, List<String> into) {
    into.add(command.getCommandSpec().qualifiedName());
    command.getSubcommands().values().forEach(child -> collect(child, into));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpHasAnExampleAndExitCodes(String name) {
    String[] words = (name + " --help").split(" ", -1);
    Shell.Result help = Shell.run(List.of(words).subList(1, words.length).toArray(String[]::new));

    assertThat(help.exitCode()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out())
        .contains(
            "Examples:\n  "
                + (name.equals("weighbridge") ? name : name.substring(0, name.lastIndexOf(' '))))
        .containsPattern("Exit codes:\n +0 +[a-z]")
        .contains("64   ")
        .doesNotContain("%%");
    assertThat(help.out().lines().mapToInt(String::length).max().orElse(0))
        .isLessThanOrEqualTo(110);
  }

  /** Only what was typed is made, yet help and suggestions speak of everything. */
  @Test
  void helpListsEveryCommand() {
    assertThat(Shell.run("--help").out())
        .contains(
            "\n  demo ",
            "\n  traffic ",
            "\n  host ",
            "\n  key ",
            "\n  audit ",
            "\n  predict ",
            "\n  warm-start ");
    assertThat(Shell.run("key", "--help").out())
        .contains("\n  create ", "\n  list ", "\n  revoke ");
    assertThat(Shell.run("--debug", "traffic", "shwo").err()).contains("show");
  }

  @Test
  void suggestsWhatWasMeant() {
    Shell.Result command = Shell.run("trafic");
    assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(command.err())
        .contains("error: ")
        .contains("did you mean: ")
        .contains("traffic")
        .contains("try: weighbridge --help");

    assertThat(Shell.run("traffic", "set", "m", "1=100%", "--raeson", "x").err())
        .contains("--reason");
  }

  @Test
  void asksForTheCommandThatIsMissing() {
    Shell.Result result = Shell.run("traffic");
    assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("try: weighbridge traffic --help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1=90", "1=x", "1", "=100%", "1=100.00001%", "1=200% 2=-100%"})
  void refusesSharesThatAreNone(String shares) {
    List<String> arguments = new ArrayList<>(List.of("traffic", "set", "m"));
    arguments.addAll(List.of(shares.split(" ", -1)));
    arguments.addAll(List.of("--reason", "x"));
    Shell.Result result = Shell.run(arguments.toArray(String[]::new));

    assertThat(result.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("why: found").contains("try: weighbridge traffic set");
  }

  @Test
  void aDemoIsKeptOrStopped() {
    assertThat(Shell.run("demo", "--keep", "--stop").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void showsAStackTraceOnlyWhenAsked() {
    assertThat(Shell.run("traffic", "set", "m", "1=9", "--reason", "x").err())
        .doesNotContain("\tat ");
    assertThat(Shell.run("traffic", "set", "m", "1=9", "--reason", "x", "--debug").err())
        .contains("\tat io.weighbridge");
  }
}
