package io.weighbridge.host;

import io.weighbridge.host.engine.Engines;
import io.weighbridge.host.repository.ModelRepository;
import io.weighbridge.host.serve.HostServer;
import io.weighbridge.host.serve.HostTls;
import io.weighbridge.host.yaml.Problems;
import io.weighbridge.integrity.CertificateFiles;
import io.weighbridge.integrity.HostKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a model host: {@code --config FILE}. SIGHUP reads the repository again; SIGTERM and SIGINT
 * drain. {@code --help} says what its exit codes mean.
 */
public final class ModelHostMain {
  private static final Logger log = LoggerFactory.getLogger(ModelHostMain.class);

  private static final int EXIT_USAGE = 64;
  private static final int EXIT_BAD_CONFIGURATION = 78;
  private static final int EXIT_UNAVAILABLE = 69;
  private static final int EXIT_DRAIN_CUT_SHORT = 1;

  private static final String USAGE = "usage: weighbridge model-host --config FILE";

  private static final String HELP =
      USAGE
          + """


          Loads models and serves them. It runs until it is told to stop (SIGTERM), and reads the
          repository again when it is told to (SIGHUP).

            --config FILE  its configuration; docs/model-host.md has every key
            --help         show this help

          Examples:
            weighbridge model-host --config host.yaml

          Exit codes:
            0   stopped
            1   the drain was cut short
            64  usage
            69  could not run (the port is taken)
            78  bad configuration
          """;

  private enum Order {
    RELOAD,
    STOP
  }

  private ModelHostMain() {}

  /** Runs until told to stop. */
  public static void main(String[] arguments) {
    if (List.of(arguments).equals(List.of("--help"))) {
      System.out.print(HELP);
      return;
    }
    if (arguments.length != 2 || !arguments[0].equals("--config")) {
      System.err.println(USAGE);
      System.exit(EXIT_USAGE);
    }
    System.exit(run(Path.of(arguments[1])));
  }

  private static int run(Path file) {
    try {
      HostConfig config = HostConfig.read(file, Files.readAllBytes(file));
      HostKey key = HostKey.loadOrCreate(config.key());
      return serve(config, key);
    } catch (Problems.BadFileException e) {
      e.problems().forEach(System.err::println);
      return EXIT_BAD_CONFIGURATION;
    } catch (IOException e) {
      System.err.println(file + ":1: " + e.getClass().getSimpleName() + ": " + e.getMessage());
      return EXIT_BAD_CONFIGURATION;
    } catch (Exception e) {
      log.error("the host failed", e);
      return EXIT_UNAVAILABLE;
    }
  }

  private static int serve(HostConfig config, HostKey key)
      throws IOException, InterruptedException {
    CertificateFiles files = config.listen().tls();
    try (HostTls tls = files == null ? null : new HostTls(files)) {
      return serve(config, key, tls);
    }
  }

  private static int serve(HostConfig config, HostKey key, @Nullable HostTls tls)
      throws IOException, InterruptedException {
    BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    Signals.on("HUP", () -> orders.add(Order.RELOAD));
    Signals.on("TERM", () -> orders.add(Order.STOP));
    Signals.on("INT", () -> orders.add(Order.STOP));
    LoadProgress progress = new LoadProgress(System.err);
    try (Engines engines = new Engines(config.threadsPerCall());
        ModelRepository repository =
            new ModelRepository(
                config.repository(), config.models(), engines, Clock.systemUTC(), progress)) {
      repository.refresh();
      if (repository.all().isEmpty()) {
        System.err.println(config.repository() + ": no model could be loaded");
        return EXIT_BAD_CONFIGURATION;
      }
      HostServer server = new HostServer(settings(config, tls), key, repository, Clock.systemUTC());
      try (server) {
        if (!started(server, config.listen().address())) {
          return EXIT_UNAVAILABLE;
        }
        System.out.println("ready infer=" + text(server.address()));
        System.out.flush();
        obey(orders, repository);
        return server.drain() ? 0 : EXIT_DRAIN_CUT_SHORT;
      }
    }
  }

  private static boolean started(HostServer server, InetSocketAddress address) {
    try {
      server.start();
      return true;
    } catch (IOException e) {
      Throwable root = e.getCause() == null ? e : e.getCause();
      System.err.printf(
          "error: cannot listen on %s (listen.infer.address)%n  why: %s%n  try: stop the process that"
              + " listens there (ss -ltnp names it), or give listen.infer.address another port%n",
          text(address), root.getMessage());
      return false;
    }
  }

  private static HostServer.Settings settings(HostConfig config, @Nullable HostTls tls) {
    String version = ModelHostMain.class.getPackage().getImplementationVersion();
    return new HostServer.Settings(
        config.id(),
        config.listen().address(),
        config.workers(),
        config.limits(),
        version == null ? "unknown" : version,
        tls);
  }

  /** Returns when told to stop. */
  private static void obey(BlockingQueue<Order> orders, ModelRepository repository)
      throws InterruptedException {
    while (orders.take() == Order.RELOAD) {
      try {
        repository.refresh();
      } catch (IOException e) {
        log.error("reload failed; what was loaded goes on serving", e);
      }
    }
  }

  private static String text(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String host = ip.getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
