package io.weighbridge.gateway;

import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.config.GatewayConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a gateway: {@code --config FILE}. {@code --help} says what its exit codes mean. */
public final class GatewayMain {
  private static final int EXIT_USAGE = 64;
  private static final int EXIT_IN_USE = 69;
  private static final int EXIT_CANNOT_RUN = 70;
  private static final int EXIT_DISK_FAILED = 74;
  private static final int EXIT_BAD_CONFIGURATION = 78;

  private static final String USAGE = "usage: weighbridge gateway --config FILE";

  private static final String HELP =
      USAGE
          + """


          Starts a gateway and prints where it listens. It runs until it is told to stop (SIGTERM).

            --config FILE  its configuration; docs/configuration.md has every key
            --help         show this help

          Examples:
            weighbridge gateway --config gateway.yaml

          Exit codes:
            0   stopped
            64  usage
            69  it cannot listen, or the ledger is in use
            70  could not run for another reason, which the log says
            74  the disk failed so that only a new start can help
            78  bad configuration
          """;

  private static final long LOOK_S = 1;

  private GatewayMain() {}

  /** Runs until the process is told to stop. */
  public static void main(String[] args) {
    // The adaptive allocator has open reports of running out of memory (netty#15850).
    System.setProperty("io.netty.allocator.type", "pooled");
    BufferMemory.divide();
    if (List.of(args).equals(List.of("--help"))) {
      System.out.print(HELP);
      return;
    }
    if (args.length != 2 || !args[0].equals("--config")) {
      System.err.println(USAGE);
      System.exit(EXIT_USAGE);
    }
    System.exit(run(Path.of(args[1])));
  }

  private static int run(Path file) {
    Logger log = LoggerFactory.getLogger(GatewayMain.class);
    try {
      GatewayServer server = GatewayServer.start(GatewayConfig.load(file));
      System.out.println(server.readyLine());
      AtomicInteger exit = new AtomicInteger();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, exit, log), "stop"));
      String failure = server.fatalFailure();
      while (failure.isEmpty()) {
        TimeUnit.SECONDS.sleep(LOOK_S);
        failure = server.fatalFailure();
      }
      log.error("no call can be recorded before a new start, so this one ends: {}", failure);
      exit.set(EXIT_DISK_FAILED);
      return EXIT_DISK_FAILED;
    } catch (ConfigException e) {
      e.problems().forEach(System.err::println);
      return EXIT_BAD_CONFIGURATION;
    } catch (StartException e) {
      System.err.println(e.lines());
      return EXIT_IN_USE;
    } catch (IOException | InterruptedException | RuntimeException e) {
      log.error("cannot run: {}", e.toString(), e);
      return EXIT_CANNOT_RUN;
    }
  }

  /**
   * A signal ends the process with 0 when everything was drained and sealed.
   *
   * @param exit the status for another reason to end, or 0
   */
  private static void stop(GatewayServer server, AtomicInteger exit, Logger log) {
    int clean = exit.get();
    try {
      server.stop();
      Runtime.getRuntime().halt(clean);
    } catch (IOException | InterruptedException | RuntimeException e) {
      log.error("could not stop cleanly: {}", e.toString(), e);
      Runtime.getRuntime().halt(clean == 0 ? EXIT_CANNOT_RUN : clean);
    }
  }
}
