package io.weighbridge.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.weighbridge.cli.CommandTree;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.gateway.config.GatewayConfig;
import io.weighbridge.gateway.config.KeysFile;
import io.weighbridge.integrity.HostKey;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * What a reader may copy out of a document works: shell is parsed by bash and its commands by the
 * real command line, configuration is read by the real readers. The YAML of model hosts is read by
 * a test of their own module.
 */
class SnippetsTest {
  private static final Path ROOT = SourceTree.find().root();
  private static final Path QUICKSTART = ROOT.resolve("deploy/quickstart");
  private static final Set<String> LABELS =
      Set.of("sh", "text", "yaml gateway.yaml", "yaml keys.yaml", "yaml model.yaml");

  /** What the launcher starts itself, and the options it has. */
  private static final Map<String, Set<String>> LAUNCHED =
      Map.of(
          "gateway", Set.of("--config"),
          "model-host", Set.of("--config"),
          "fetch-models", Set.of("--to"),
          "bench", Set.of());

  private static final Pattern INLINE = Pattern.compile("`(?:\\./)?weighbridge ([^`]+)`");

  @TempDir Path folder;

  static Stream<Path> pages() {
    return Fence.pages(ROOT).stream();
  }

  private static Stream<Fence> fences() {
    return pages().flatMap(page -> Fence.of(page).stream());
  }

  static Stream<Fence> shell() {
    return fences().filter(fence -> fence.label().equals("sh"));
  }

  @Test
  void everyBlockSaysWhatItIs() {
    assertThat(fences())
        .hasSizeGreaterThan(20)
        .allSatisfy(fence -> assertThat(LABELS).as(fence.place()).contains(fence.label()));
  }

  @ParameterizedTest
  @MethodSource("shell")
  void bashTakesEveryShellBlock(Fence fence) throws Exception {
    Process bash = new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
    try (OutputStream in = bash.getOutputStream()) {
      in.write(fence.text().getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(fence.place() + ": " + said).isZero();
  }

  @ParameterizedTest
  @MethodSource("shell")
  void theCommandLineTakesEveryCommand(Fence fence) {
    List<List<String>> commands =
        fence.lines().stream().flatMap(line -> ShellWords.commands(line).stream()).toList();
    assertThat(commands).as(fence.place()).isNotEmpty();
    for (List<String> command : commands) {
      assertThatCode(() -> check(command))
          .as(fence.place() + ": " + command)
          .doesNotThrowAnyException();
    }
  }

  /** Prose names commands without all of their arguments, so only the commands are looked up. */
  @ParameterizedTest
  @MethodSource("pages")
  void proseNamesCommandsThatExist(Path page) {
    for (Matcher found = INLINE.matcher(SourceTree.read(page)); found.find(); ) {
      String[] words = found.group(1).split("\\s+", -1);
      if (LAUNCHED.containsKey(words[0])) {
        continue;
      }
      CommandLine tree = commandTree();
      for (String word : words) {
        if (!word.matches("[a-z|]+") || tree.getSubcommands().isEmpty()) {
          break;
        }
        String[] alternatives = word.split("\\|", -1);
        assertThat(tree.getSubcommands())
            .as(page + ": " + found.group())
            .containsKeys(alternatives);
        tree = Objects.requireNonNull(tree.getSubcommands().get(alternatives[0]));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gateway.yaml", "any-server.yaml"})
  void quickstartConfigurationIsRead(String name) throws Exception {
    Path file = Files.copy(QUICKSTART.resolve(name), folder.resolve(name));
    Files.copy(QUICKSTART.resolve("keys.yaml"), folder.resolve("keys.yaml"));
    // The host writes its key at its first start, and the public half beside it.
    HostKey.loadOrCreate(folder.resolve("host-a.key"));
    assertThatCode(() -> GatewayConfig.load(file)).doesNotThrowAnyException();
  }

  @Test
  void quickstartKeysAreRead() throws Exception {
    assertThat(KeysFile.load(QUICKSTART.resolve("keys.yaml")).keys()).isNotEmpty();
  }

  @Test
  void everyYamlBlockIsRead() throws Exception {
    List<String> read = new ArrayList<>();
    // What a reader has made by then; the readers look only whether it is there.
    for (String made : List.of("ca.crt", "gateway.crt", "gateway.key", "host-a.pub")) {
      Files.createFile(folder.resolve(made));
    }
    for (Fence fence : fences().toList()) {
      Path file = Files.writeString(folder.resolve("block.yaml"), fence.text());
      switch (fence.label()) {
        case "yaml gateway.yaml" ->
            assertThatCode(() -> GatewayConfig.load(file))
                .as(fence.place())
                .doesNotThrowAnyException();
        case "yaml keys.yaml" ->
            assertThatCode(() -> KeysFile.load(file)).as(fence.place()).doesNotThrowAnyException();
        default -> {
          continue;
        }
      }
      read.add(fence.place());
    }
    assertThat(read).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./weighbridge traffic shw minilm",
        "./weighbridge traffic set minilm 1=90% 2=10%",
        "X=$(./weighbridge audit serch -n 1 | sed 's/(x)/y/')",
        "for i in 1 2; do ./weighbridge predict --texts \"a b\"; done",
        "./weighbridge gateway --conf x",
        "benchmarks/compares --quick"
      })
  void refusesWhatTheProgramsWouldRefuse(String line) {
    assertThat(ShellWords.commands(line))
        .anySatisfy(
            command -> assertThatCode(() -> check(command)).isInstanceOf(ParameterException.class));
  }

  /** Throws when a program of ours would not take this command. */
  private static void check(List<String> command) {
    String program = command.getFirst();
    List<String> words = command.subList(1, command.size());
    if (!program.equals("./weighbridge")) {
      // What a build leaves behind may not be there yet.
      if (program.contains("/") && !program.contains("/target/")) {
        require(Files.isExecutable(ROOT.resolve(program)), program + " is no program");
      }
    } else if (!words.isEmpty() && LAUNCHED.containsKey(words.getFirst())) {
      Set<String> options = LAUNCHED.get(words.getFirst());
      require(
          options.isEmpty() || words.size() == 1 || options.contains(words.get(1)),
          words + ": options are " + options);
    } else {
      commandTree().parseArgs(words.toArray(String[]::new));
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new ParameterException(commandTree(), otherwise);
    }
  }

  private static CommandLine commandTree() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return CommandTree.of(new Console(nowhere, nowhere, false, false));
  }
}
