package io.weighbridge.gateway.control;

import io.netty.handler.ssl.SslContext;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.config.GatewayConfig;
import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.Changes;
import io.weighbridge.gateway.control.state.ControlState;
import io.weighbridge.gateway.control.state.Reconciliation;
import io.weighbridge.gateway.identity.KeyTable;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.ledger.Ledger;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The control plane of one gateway: it brings configuration, keys file and state together,
 * publishes the tables that calls are served by, and answers operators. Thread-safe once started.
 */
public final class ControlPlane implements AutoCloseable {
  private final GatewayConfig config;
  private final Slots slots;
  private final Tables tables;
  private final Changes changes;
  private final AdminServer server;
  private final @Nullable KeysFileWatch keysFile;

  // Confined to the state-writer thread.
  private @Nullable ControlState published;

  /**
   * Who takes the tables: plain stores into what the path reads, called on the state-writer thread.
   *
   * @param drains ids of the hosts that get no new calls
   */
  public record Tables(
      Consumer<RouteTable> routes, Consumer<KeyTable> keys, Consumer<Set<String>> drains) {}

  /** What the rest of the gateway tells control. */
  public record Views(RoutableVersions versions, HostControl hosts, TrafficFigures figures) {}

  /**
   * Figures of one moment, for the metrics page.
   *
   * @param keysFileFailed whether the keys file as it stands was not taken
   * @param waitingRecords CHANGE records the ledger did not take yet
   */
  public record Figures(long epoch, boolean keysFileFailed, int waitingRecords) {}

  /**
   * Opens the state and settles what an earlier process left; nothing is published before {@link
   * #start}.
   *
   * @param adminTls null for plain text
   */
  public ControlPlane(
      GatewayConfig config,
      Ledger ledger,
      Slots slots,
      Tables tables,
      Views views,
      @Nullable SslContext adminTls)
      throws IOException {
    this.config = config;
    this.slots = slots;
    this.tables = tables;
    changes = Changes.open(config.gateway().state(), ledger, this::publish);
    Path file = config.keysFile();
    keysFile = file == null ? null : new KeysFileWatch(file, changes);
    server =
        new AdminServer(
            config.listen().admin().address(),
            adminTls,
            new AdminAuth(changes::current, ledger),
            List.of(
                new TrafficApi(changes, views.versions(), views.figures()),
                new HostApi(changes, views.hosts()),
                new KeyApi(changes)));
  }

  /**
   * Reconciles and publishes the first tables.
   *
   * @throws ConfigException when configuration and state contradict each other, or the keys file is
   *     bad
   */
  public void start() throws ConfigException, IOException {
    List<String> problems = Reconciliation.problems(config, changes.current());
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    changes.apply(new Reconciliation(config, new SecureRandom()));
    if (keysFile != null) {
      keysFile.readFirst();
    } else {
      removeFileKeys();
    }
    AdminKeyFile.ensure(config.gateway().state(), changes);
    changes.serve();
    if (keysFile != null) {
      keysFile.start();
    }
  }

  /** Keys of a file that is not configured any more open nothing. */
  private void removeFileKeys() throws IOException {
    changes.apply(state -> {
      Change change = Keys.withoutFile(state);
      return change == null ? List.of() : List.of(change);
    });
  }

  /** Listens for operators and auditors, and answers with the port. */
  public int listen() throws IOException {
    return server.start();
  }

  /** Figures for the metrics page. */
  public Figures figures() {
    return new Figures(
        changes.current().epoch(), keysFile != null && keysFile.failed(), changes.waitingCount());
  }

  /** Each table is built only when what it is made of changed: keys do not rebuild routes. */
  private void publish(ControlState next) {
    ControlState before = published;
    if (before == null || !before.models().equals(next.models())) {
      tables.routes().accept(RouteTable.of(next.epoch(), next.specs(), slots));
    }
    if (before == null || !before.keys().equals(next.keys())) {
      tables.keys().accept(Keys.table(next, config.callers()));
    }
    if (before == null || !before.drains().equals(next.drains())) {
      tables.drains().accept(next.drains().keySet());
    }
    published = next;
  }

  /** Stops listening, lets calls in flight finish, closes the state. The ledger is the caller's. */
  @Override
  public void close() throws IOException {
    server.close();
    if (keysFile != null) {
      keysFile.close();
    }
    changes.close();
  }
}
