package io.weighbridge.host.serve;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that compute: named platform threads, since the engine runs in native code, behind a
 * bounded queue. Thread-safe.
 */
final class WorkerPool implements AutoCloseable {
  private final ThreadPoolExecutor threads;

  WorkerPool(int workers, int queueMax) {
    AtomicInteger count = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            workers,
            workers,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queueMax),
            task -> new Thread(task, "infer-" + count.incrementAndGet()));
    threads.prestartAllCoreThreads();
  }

  /** Runs the task later; false when the queue is full or the pool is closed. */
  boolean tryRun(Runnable task) {
    try {
      threads.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false; // Full: the caller tells its peer.
    }
  }

  /** Takes a task back out of the queue; false when it has begun. */
  boolean remove(Runnable task) {
    return threads.remove(task);
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
