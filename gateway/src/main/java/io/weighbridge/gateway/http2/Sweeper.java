package io.weighbridge.gateway.http2;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Looks once a second at every connection of an event loop for frames that never complete and for
 * data nobody takes. Confined to its event loop.
 *
 * <p>One pass over all connections costs less than a timer per connection that is moved with every
 * read.
 */
public final class Sweeper {
  private final Ticker ticker;
  private final Set<LoopConnection> connections = new LinkedHashSet<>();
  private final Set<LoopConnection> callers = new LinkedHashSet<>();

  /** Starts sweeping on this loop. */
  public Sweeper(EventLoop loop) {
    ticker = loop.ticker();
    var _ = loop.scheduleAtFixedRate(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  /**
   * One more connection.
   *
   * @param server whether the peer is the one that calls
   */
  void add(LoopConnection connection, boolean server) {
    connections.add(connection);
    if (server) {
      callers.add(connection);
    }
  }

  void remove(LoopConnection connection) {
    connections.remove(connection);
    callers.remove(connection);
  }

  /** Every connection of the loop, at this moment. */
  public List<Connection> connections() {
    return new ArrayList<>(connections);
  }

  /** Those of callers. */
  public List<Connection> callers() {
    return new ArrayList<>(callers);
  }

  private void sweep() {
    long nowNs = ticker.nanoTime();
    for (LoopConnection connection : new ArrayList<>(connections)) {
      try {
        connection.sweep(nowNs);
      } catch (RuntimeException | Error e) {
        connection.failed(e);
      }
    }
  }
}
