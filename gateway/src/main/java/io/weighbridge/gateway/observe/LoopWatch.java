package io.weighbridge.gateway.observe;

import io.netty.channel.EventLoop;
import io.weighbridge.gateway.http2.Flusher;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one event loop ten times a second: how late it comes to its timers, and how many bytes
 * wait on it. Confined to its loop.
 */
public final class LoopWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LoopWatch.class);

  public static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private final EventLoop loop;
  private final Flusher flusher;
  private final List<Listener> listeners;

  /** Is told what was seen, on the loop. */
  @FunctionalInterface
  public interface Listener {
    /**
     * The loop was looked at.
     *
     * @param lagNs how late that was
     * @param queuedBytes bytes that wait for peers
     */
    void looked(long lagNs, long queuedBytes);
  }

  private LoopWatch(EventLoop loop, Flusher flusher, List<Listener> listeners) {
    this.loop = loop;
    this.flusher = flusher;
    this.listeners = List.copyOf(listeners);
  }

  /** Watches the loop until it stops. */
  public static void begin(EventLoop loop, Flusher flusher, List<Listener> listeners) {
    new LoopWatch(loop, flusher, listeners).next(loop.ticker().nanoTime());
  }

  private void next(long nowNs) {
    long dueNs = nowNs + PERIOD_NS;
    var _ = loop.schedule(() -> look(dueNs), PERIOD_NS, TimeUnit.NANOSECONDS);
  }

  private void look(long dueNs) {
    long nowNs = loop.ticker().nanoTime();
    for (Listener listener : listeners) {
      try {
        listener.looked(Math.max(0, nowNs - dueNs), flusher.queuedBytes());
      } catch (RuntimeException | Error e) {
        LOG.error("how late an event loop is could not be told", e);
      }
    }
    next(nowNs);
  }
}
