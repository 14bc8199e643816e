package io.weighbridge.gateway.control.state;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform thread that owns the database: SQLite ends in native code and fsync, where a virtual
 * thread would hold its carrier. Thread-safe.
 */
final class StateWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StateWriter.class);

  /** Callers that may wait; one more is refused. */
  static final int WAITING_MAX = 256;

  private @Nullable Future<?> planned;
  private final Semaphore places = new Semaphore(WAITING_MAX);
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          1, work -> Thread.ofPlatform().name("state-writer").daemon().unstarted(work));

  /** Work with the database. */
  interface Work<T> {
    T run() throws SQLException, IOException;
  }

  /** Does the work on the thread and waits for it; what it throws is thrown here. */
  <T> T call(Work<T> work) throws IOException {
    if (!places.tryAcquire()) {
      throw new IOException("over " + WAITING_MAX + " calls wait for the state");
    }
    try {
      FutureTask<T> task = new FutureTask<>(work::run);
      executor.execute(task);
      return task.get();
    } catch (ExecutionException e) {
      throw unwrapped(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the state", e);
    } finally {
      places.release();
    }
  }

  private static IOException unwrapped(@Nullable Throwable cause) {
    return switch (cause) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case IOException e -> e;
      case null, default -> new IOException("the state cannot be read or written: " + cause, cause);
    };
  }

  /** Does the work on the thread after a pause, unless that is planned already. */
  synchronized void callLater(Work<?> work, long delayNs) {
    if (!executor.isShutdown() && planned == null) {
      planned = executor.schedule(() -> retry(work), delayNs, TimeUnit.NANOSECONDS);
    }
  }

  private void retry(Work<?> work) {
    synchronized (this) {
      planned = null;
    }
    try {
      work.run();
    } catch (IOException | SQLException e) {
      LOG.warn("what was decided still waits: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
