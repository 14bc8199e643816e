package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread of its own that looks at something again and again, whatever comes of a look.
 * Thread-safe.
 */
public final class LookThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LookThread.class);

  private final Runnable look;
  private final String failed;
  private final ScheduledThreadPoolExecutor thread;

  /**
   * A thread that does not look before {@link #start}.
   *
   * @param name of the thread
   * @param failed what it means when a look throws, for people
   */
  public LookThread(String name, Runnable look, String failed) {
    this.look = look;
    this.failed = failed;
    thread = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name(name).daemon().factory());
  }

  /** Begins to look, that long after the last look each time. */
  public void start(long pauseNs) {
    var _ = thread.scheduleWithFixedDelay(this::task, pauseNs, pauseNs, TimeUnit.NANOSECONDS);
  }

  /** The edge of a background task: the next look must come. */
  private void task() {
    try {
      look.run();
    } catch (RuntimeException | Error e) {
      LOG.error(failed, e);
    }
  }

  /** Looks no more; a look that goes on is interrupted. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
