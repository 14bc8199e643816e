package io.weighbridge.cli.demo;

import io.weighbridge.cli.predict.PredictClient.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Callers that call one after another, in the background, until told to stop or done. Thread-safe.
 */
final class Load implements AutoCloseable {
  private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> running = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final Tally tally = new Tally();

  /**
   * Starts.
   *
   * @param callerCount calls in flight at a time
   * @param callsMax how many calls there will be; {@code Integer.MAX_VALUE} for "until stopped"
   * @param call makes the call of this number
   */
  Load(int callerCount, int callsMax, IntFunction<Outcome> call) {
    for (int i = 0; i < callerCount; i++) {
      running.add(callers.submit(() -> callAll(callsMax, call)));
    }
  }

  private void callAll(int callsMax, IntFunction<Outcome> call) {
    for (int i = next.getAndIncrement(); i < callsMax; i = next.getAndIncrement()) {
      if (stopped.get()) {
        return;
      }
      tally.add(call.apply(i));
    }
  }

  /** What came of it so far. */
  Tally tally() {
    return tally;
  }

  boolean isDone() {
    return running.stream().allMatch(Future::isDone);
  }

  /** No further call starts; waits for those in flight. */
  Tally stop() {
    stopped.set(true);
    return join();
  }

  /** Waits for the last call. */
  Tally join() {
    for (Future<?> caller : running) {
      try {
        caller.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a caller of the demo failed", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    return tally;
  }

  @Override
  public void close() {
    stopped.set(true);
    callers.close();
  }
}
