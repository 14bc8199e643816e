package io.weighbridge.gateway.http2;

import io.netty.channel.EventLoop;
import java.util.ArrayList;

/**
 * Flushes every connection that was written to, once per iteration of an event loop. Confined to
 * its event loop.
 *
 * <p>The loop handles all ready sockets before it runs tasks, so one task at the end of the
 * iteration turns the frames of many calls into one write per connection.
 */
public final class Flusher implements Runnable {
  private final EventLoop loop;
  private final ArrayList<NettyConnection> dirty = new ArrayList<>();

  /** The flusher of this loop. */
  public Flusher(EventLoop loop) {
    this.loop = loop;
  }

  EventLoop loop() {
    return loop;
  }

  void add(NettyConnection connection) {
    if (dirty.isEmpty()) {
      loop.execute(this);
    }
    dirty.add(connection);
  }

  @Override
  public void run() {
    // Flushing may end streams whose owners write elsewhere: the list may grow while it is walked.
    for (int i = 0; i < dirty.size(); i++) {
      dirty.get(i).flushNow();
    }
    dirty.clear();
  }
}
