package io.weighbridge.cli.demo;

import inference.ModelInferRequest;
import io.weighbridge.cli.connect.Credential;
import io.weighbridge.cli.connect.Trust;
import io.weighbridge.cli.predict.InputTensors;
import io.weighbridge.cli.predict.Observation;
import io.weighbridge.cli.predict.PredictClient;
import io.weighbridge.cli.predict.PredictClient.Outcome;
import io.weighbridge.cli.terminal.Console;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * What chapters share: the narrator, the stage, a caller, the command line, and everything callers
 * were answered so far. Confined to the main thread, except for calling and witnessing.
 */
final class Scene implements AutoCloseable {
  private static final int TIMEOUT_SECONDS = 20;

  private final Narrator narrator;
  private final Stage stage;
  private final Function<Console, CommandLine> commands;
  private final int callsPerStep;
  private final Map<String, String> digests = new HashMap<>();
  private final List<Observation> witnessed = Collections.synchronizedList(new ArrayList<>());
  private @Nullable PredictClient caller;

  Scene(Narrator narrator, Stage stage, Function<Console, CommandLine> commands, int callsPerStep) {
    this.narrator = narrator;
    this.stage = stage;
    this.commands = commands;
    this.callsPerStep = callsPerStep;
  }

  Narrator narrator() {
    return narrator;
  }

  Stage stage() {
    return stage;
  }

  int callsPerStep() {
    return callsPerStep;
  }

  /** From now on each version must prove this. */
  void expect(Map<String, String> digestByVersion) {
    digests.putAll(digestByVersion);
  }

  /** What a version must prove. */
  String digest(String version) {
    String digest = digests.get(version);
    if (digest == null) {
      throw new NotObserved("version 1 or 2; it was \"" + version + "\"");
    }
    return digest;
  }

  /** Every answer callers got, for the chapters that look them up in the log. */
  List<Observation> witnessed() {
    return witnessed;
  }

  void witness(Tally tally) {
    witnessed.addAll(tally.answered());
  }

  /** Where the caller's key is. */
  Path callerKey() {
    return stage.folder("client").resolve("caller.key");
  }

  /** The caller with the demo's key. */
  PredictClient caller() {
    PredictClient known = caller;
    if (known == null) {
      known = callerWith(callerKey());
      caller = known;
    }
    return known;
  }

  /** A caller with another key; the chapter closes it. */
  PredictClient callerWith(Path key) {
    return new PredictClient(
        stage.address("predict"), Trust.NONE, Optional.of(Credential.read(key)), TIMEOUT_SECONDS);
  }

  /** A caller without a key; the chapter closes it. */
  PredictClient callerWithoutKey() {
    return new PredictClient(
        stage.address("predict"), Trust.NONE, Optional.empty(), TIMEOUT_SECONDS);
  }

  /** A sentence for the model; an empty version lets the split decide. */
  static ModelInferRequest request(String version, String sentence) {
    return ModelInferRequest.newBuilder()
        .setModelName(Stage.MODEL)
        .setModelVersion(version)
        .addInputs(InputTensors.texts("text", List.of(sentence)))
        .build();
  }

  /** Calls by the split, without a sticky key. */
  Outcome call(int number) {
    return caller().infer(request("", Sentences.of(number)), Map.of());
  }

  /** What a command left behind. */
  record Result(int exitCode, String out) {}

  /** Runs a command of the real command line and shows it; anything but this exit code ends it. */
  Result run(int exitCodeWanted, String... words) {
    Result result = runQuietly(words);
    narrator.command(shown(words));
    narrator.output(result.out.replace(stage.folder("client") + "/", ""));
    if (result.exitCode != exitCodeWanted) {
      throw new NotObserved(
          "exit code %d of weighbridge %s: it was %d"
              .formatted(exitCodeWanted, shown(words), result.exitCode));
    }
    return result;
  }

  /** Runs a command of the real command line and shows nothing. */
  Result runQuietly(String... words) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Console console = new Console(stream, stream, narrator.console().colour(), false);
    int exitCode = commands.apply(console).execute(connected(words));
    return new Result(exitCode, bytes.toString(StandardCharsets.UTF_8));
  }

  /**
   * What a user finds by the context file is said here in so many words, so that a context or
   * variables of another gateway say nothing.
   */
  private String[] connected(String[] words) {
    List<String> more =
        switch (words[0]) {
          case "traffic", "host", "key" ->
              List.of(
                  "--admin",
                  stage.address("admin").toString(),
                  "--key-file",
                  stage.adminKey().toString(),
                  "--ca",
                  "");
          case "predict" ->
              List.of(
                  "--gateway",
                  stage.address("predict").toString(),
                  "--key-file",
                  callerKey().toString(),
                  "--ca",
                  "");
          case "audit" -> ledger(words[1]);
          default -> List.of();
        };
    return Stream.concat(Stream.of(words), more.stream()).toArray(String[]::new);
  }

  private List<String> ledger(String command) {
    String key = stage.ledgerKey().toString();
    return command.equals("check")
        ? List.of("--key", key)
        : List.of("--ledger", stage.ledger().toString(), "--key", key);
  }

  private String shown(String[] words) {
    return Stream.of(words)
        .map(word -> word.replace(stage.folder("client") + "/", ""))
        .map(word -> word.contains(" ") ? '"' + word + '"' : word)
        .collect(Collectors.joining(" "));
  }

  @Override
  public void close() {
    if (caller != null) {
      caller.close();
    }
  }
}
