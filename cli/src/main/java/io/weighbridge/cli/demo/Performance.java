package io.weighbridge.cli.demo;

import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Style;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;

/**
 * One run of the demo: its folder, its processes, and that both are gone afterwards, however it
 * ends. Confined to the main thread; the shutdown hook may run beside it.
 */
final class Performance implements AutoCloseable {
  private final Console console;
  private final Path home;
  private final Path models;
  private final Workspace workspace;
  private final Thread hook = new Thread(this::clearAtExit, "demo-clear");
  private volatile boolean interrupted;
  private boolean kept;

  Performance(Console console, Path home, Path models) throws IOException {
    this.console = console;
    this.home = home;
    this.models = models;
    workspace = Workspace.create();
    // Ctrl-C and SIGTERM end the JVM through its hooks.
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void clearAtExit() {
    interrupted = true;
    console.err().println("\nweighbridge: interrupted; clearing away " + workspace.folder());
    clear();
  }

  private void clear() {
    try {
      workspace.clear();
    } catch (IOException | UncheckedIOException e) {
      console.err().println("weighbridge: cannot clear " + workspace.folder() + ": " + e);
    }
  }

  /** Plays the chapters; the exit code is 0 only when every one of them was observed. */
  int play(
      List<Chapter> chapters,
      Function<Console, CommandLine> commands,
      int callsPerStep,
      boolean keep)
      throws IOException {
    boolean terminal = System.getProperty("weighbridge.tty", "").contains("1");
    Narrator narrator = new Narrator(console, terminal);
    Stage stage = new Stage(home, models, workspace);
    try (Scene scene = new Scene(narrator, stage, commands, callsPerStep)) {
      for (Chapter chapter : chapters) {
        narrator.heading(chapter.title());
        chapter.play(scene);
      }
      narrator.end(chapters.size());
      if (keep) {
        leaveRunning(narrator, stage, scene);
      }
      return ExitCode.DONE;
    } catch (NotObserved e) {
      narrator.progressDone();
      if (!interrupted) {
        String what = String.valueOf(e.getMessage());
        console.out().println("  " + console.paint(Style.BOLD_RED, "✗ not observed: ") + what);
        console.err().println("last lines of each process:" + stage.tails());
      }
      return ExitCode.NO;
    }
  }

  private void leaveRunning(Narrator narrator, Stage stage, Scene scene) throws IOException {
    if (!stage.program("gateway").handle().isAlive()) {
      stage.runGateway();
    }
    KeptDemo.write(stage, workspace.folder(), scene.callerKey());
    workspace.keep();
    kept = true;
    String launcher = home.resolve("weighbridge").toString();
    narrator.say("It is still running. In this folder, try:");
    for (String command :
        List.of(
            "predict minilm --text \"weigh me\"",
            "traffic show minilm",
            "traffic set minilm 1=50% 2=50% --reason \"because I can\"",
            "host list -o wide",
            "key list",
            "audit search -n 5",
            "audit verify",
            "demo --stop")) {
      narrator.say("  " + launcher + " " + command);
    }
    narrator.say("  curl http://" + stage.address("http") + "/metrics");
    narrator.say("Files and logs: " + workspace.folder());
  }

  @Override
  public void close() {
    if (interrupted) {
      return;
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending already, and the hook does the work.
      return;
    }
    if (!kept) {
      clear();
    }
  }
}
