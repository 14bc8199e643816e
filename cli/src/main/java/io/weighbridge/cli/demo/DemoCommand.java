package io.weighbridge.cli.demo;

import io.weighbridge.cli.connect.Context;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Style;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}: the whole story, played for real. Written by the parser. */
@Command(
    name = "demo",
    description = {
      "Starts two model hosts and a gateway on free ports, sends real sentences, shifts a canary,",
      "tampers with a model, kills the gateway, and verifies the log. Clears everything away."
    },
    footer = {"  weighbridge demo", "  weighbridge demo --keep", "  weighbridge demo --stop"},
    exitCodeList = {
      "0:everything shown was observed",
      "1:something promised was not observed",
      ExitCode.USAGE_LINE,
      "65:--keep cannot leave its context in this folder",
      "69:the models cannot be fetched"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int CALLS_MIN = 1_000;

  @Option(
      names = "--keep",
      description = "Leave it running, and say which commands to try; end it with --stop.")
  private boolean keep;

  @Option(names = "--stop", description = "End a demo that was kept, and clear it away.")
  private boolean stop;

  @Option(
      names = "--calls",
      defaultValue = "1000",
      description = "Calls per step, at least 1,000; default: ${DEFAULT-VALUE}.")
  private int calls = CALLS_MIN;

  private final Console console;
  private final Function<Console, CommandLine> commands;

  /** Tells its story on this console, with the command line the story uses itself. */
  public DemoCommand(Console console, Function<Console, CommandLine> commands) {
    this.console = console;
    this.commands = commands;
  }

  @Override
  public Integer call() throws IOException {
    if (stop && keep) {
      throw new CliException(
          ExitCode.USAGE, "keep it or stop it", "found --keep and --stop", "--stop, then --keep");
    }
    if (stop) {
      return stopKept();
    }
    if (calls < CALLS_MIN) {
      throw new CliException(
          ExitCode.USAGE,
          "too few calls to measure a share",
          "found " + calls + "; at least " + CALLS_MIN,
          "--calls " + CALLS_MIN);
    }
    Path home = home();
    Context.find(Path.of(""), System.getenv()); // The story's commands look for one as well.
    if (keep) {
      KeptDemo.requireRoom(Path.of(""));
    }
    Workspace.sweep();
    Path models = Models.fetch(home, console);
    try (Performance performance = new Performance(console, home, models)) {
      return performance.play(Story.chapters(), commands, calls, keep);
    }
  }

  private static Path home() {
    String home = System.getProperty("weighbridge.home", "");
    if (home.isEmpty()) {
      throw new CliException(
          ExitCode.BAD_CONFIGURATION,
          "the demo does not know where Weighbridge is",
          "it starts other programs through the launcher",
          "./weighbridge demo");
    }
    return Path.of(home);
  }

  private int stopKept() throws IOException {
    Optional<Path> folder = KeptDemo.find();
    if (folder.isEmpty()) {
      throw new CliException(
          ExitCode.NO,
          "no demo was kept",
          "no " + Context.FILE_NAME + " of a demo in this folder or above",
          "the folder where demo --keep was typed");
    }
    KeptDemo.clear(folder.get());
    console.out().println(console.paint(Style.GREEN, "✓ ") + "stopped, and cleared away");
    return ExitCode.DONE;
  }
}
