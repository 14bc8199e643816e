package io.weighbridge.cli.warm;

import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code warm-start}. Written by the parser. */
@Command(
    name = "warm-start",
    description = {
      "Has a gateway of its own practise on calls, and keeps what its JVM learned (an AOT cache):",
      "gateways started from here then need half the time, and are quick from the first second.",
      "To be done once after each build; without it gateways run all the same."
    },
    footer = {"  weighbridge warm-start", "  weighbridge warm-start --seconds 60"},
    exitCodeList = {
      "0:done; gateways started from now on use it",
      ExitCode.USAGE_LINE,
      "69:the gateway did not start, or answered no calls",
      "78:it may not be kept here"
    })
public final class WarmStart implements Callable<Integer> {
  private static final int SECONDS_MIN = 1;
  private static final int SECONDS_MAX = 600;
  private static final int BYTES_PER_MIB = 1024 * 1024;

  @Option(
      names = "--seconds",
      defaultValue = "20",
      description = "How long it practises, 1 to 600; default: ${DEFAULT-VALUE}.")
  private int seconds;

  private final Console console;

  /** Tells on this console how far it is. */
  public WarmStart(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) {
      throw new CliException(
          ExitCode.USAGE,
          "so long it does not practise",
          "found " + seconds + " seconds; allowed are " + SECONDS_MIN + " to " + SECONDS_MAX,
          "--seconds 20");
    }
    Path cache = cache();
    forget(cache);
    practise(cache);
    console
        .out()
        .println(
            console.paint(Style.GREEN, "✓ ")
                + "kept in "
                + cache
                + ", "
                + Files.size(cache) / BYTES_PER_MIB
                + " MiB");
    return ExitCode.DONE;
  }

  /** Where the launcher looks for it, which knows what the gateway's jars hold. */
  private static Path cache() {
    String told = System.getProperty("weighbridge.gateway-cache", "");
    Path cache = Path.of(told);
    Path folder = cache.getParent();
    if (folder == null || !Files.isWritable(folder)) {
      throw new CliException(
          ExitCode.BAD_CONFIGURATION,
          "what is learned can not be kept",
          folder == null ? "only the launcher knows where" : folder + " can not be written to",
          "./weighbridge warm-start, as who built it");
    }
    return cache;
  }

  /** Those of other builds too, which nobody uses. */
  private static void forget(Path cache) throws IOException {
    List<Path> found;
    try (Stream<Path> files = Files.list(cache.resolveSibling(""))) {
      found = files.filter(file -> file.toString().endsWith(".aot")).toList();
    }
    for (Path each : found) {
      Files.delete(each);
    }
  }

  private void practise(Path cache) throws IOException, InterruptedException {
    Path fresh = cache.resolveSibling(cache.getFileName() + "." + ProcessHandle.current().pid());
    try (PracticeHost host = PracticeHost.start();
        PracticeGateway gateway = PracticeGateway.start(host.address(), console)) {
      console.err().println("practising for " + seconds + " s ...");
      long answered = Practice.run(gateway, seconds);
      if (answered == 0) {
        throw gateway.failed("it answered no calls");
      }
      console.err().println(answered + " calls answered; keeping what was learned ...");
      Files.copy(gateway.stop(), fresh);
      Files.move(fresh, cache, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
