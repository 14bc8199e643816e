package io.weighbridge.gateway.http2;

import io.netty.channel.EventLoop;
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
  private final Set<NettyHandler> handlers = new LinkedHashSet<>();

  /** Starts sweeping on this loop. */
  public Sweeper(EventLoop loop) {
    var _ = loop.scheduleAtFixedRate(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  void add(NettyHandler handler) {
    handlers.add(handler);
  }

  void remove(NettyHandler handler) {
    handlers.remove(handler);
  }

  /** Every connection of the loop, at this moment. */
  public List<Connection> connections() {
    List<Connection> all = new ArrayList<>(handlers.size());
    for (NettyHandler handler : handlers) {
      all.add(handler.owner());
    }
    return all;
  }

  private void sweep() {
    long nowNs = System.nanoTime();
    for (NettyHandler handler : new ArrayList<>(handlers)) {
      handler.sweep(nowNs);
    }
  }
}
