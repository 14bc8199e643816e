package io.weighbridge.gateway.observe;

import io.netty.channel.EventLoop;
import io.weighbridge.gateway.http2.Flusher;
import java.util.concurrent.TimeUnit;

/**
 * Looks at one event loop once a second: how late it comes to its timers, and how many bytes wait
 * on it. Confined to its loop.
 */
public final class LoopWatch {
  private static final long PERIOD_NS = TimeUnit.SECONDS.toNanos(1);

  private final EventLoop loop;
  private final Flusher flusher;
  private final LoopMetrics metrics;

  private LoopWatch(EventLoop loop, Flusher flusher, LoopMetrics metrics) {
    this.loop = loop;
    this.flusher = flusher;
    this.metrics = metrics;
  }

  /** Watches the loop until it stops. */
  public static void begin(EventLoop loop, Flusher flusher, LoopMetrics metrics) {
    new LoopWatch(loop, flusher, metrics).next(loop.ticker().nanoTime());
  }

  private void next(long nowNs) {
    long dueNs = nowNs + PERIOD_NS;
    var _ = loop.schedule(() -> look(dueNs), PERIOD_NS, TimeUnit.NANOSECONDS);
  }

  private void look(long dueNs) {
    long nowNs = loop.ticker().nanoTime();
    metrics.seen(Math.max(0, nowNs - dueNs), flusher.queuedBytes());
    next(nowNs);
  }
}
