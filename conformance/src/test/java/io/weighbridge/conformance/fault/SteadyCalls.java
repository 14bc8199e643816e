package io.weighbridge.conformance.fault;

import inference.ModelInferResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls of model {@code m} at a steady rate, whatever becomes of those before (an open loop). They
 * are counted by when they were made. Thread-safe.
 */
final class SteadyCalls {
  static final int PER_SECOND = 300;

  private static final int DELAY_MS = 10;

  /** Far longer than any answer takes, and shorter than an episode. */
  private static final long DEADLINE_MS = 2_000;

  private static final int ANSWER_BYTES = 200;

  private final List<TestCaller> callers;
  private final Thread thread = Thread.ofPlatform().name("steady-calls").unstarted(this::run);
  private volatile Tally tally = new Tally();
  private volatile boolean over;

  /** What became of the calls of a while. Thread-safe. */
  static final class Tally {
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final Map<Integer, AtomicInteger> byPort = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicLong> tookMs = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> errors = new ConcurrentHashMap<>();

    /** Calls made. */
    int made() {
      return made.get();
    }

    boolean allEnded() {
      return ended.get() == made.get();
    }

    /** Share of the calls that did not end well. */
    double errorShare() {
      return 1 - (double) answered.get() / made.get();
    }

    /** Share of the answers that this host gave. */
    double shareOf(int port) {
      AtomicInteger count = byPort.get(port);
      return count == null ? 0 : (double) count.get() / Math.max(1, answered.get());
    }

    /** What an answer took, on average. */
    int meanMs() {
      long sumMs = tookMs.values().stream().mapToLong(AtomicLong::get).sum();
      return (int) (sumMs / Math.max(1, answered.get()));
    }

    private void answeredBy(int port, long startNs) {
      long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
      byPort.computeIfAbsent(port, _ -> new AtomicInteger()).incrementAndGet();
      tookMs.computeIfAbsent(port, _ -> new AtomicLong()).addAndGet(ms);
    }

    @Override
    public String toString() {
      Map<Integer, String> hosts = new TreeMap<>();
      byPort.forEach((port, count) -> {
        AtomicLong sumMs = tookMs.getOrDefault(port, new AtomicLong());
        hosts.put(port, count + " in " + sumMs.get() / count.get() + " ms");
      });
      return "%d calls, answered by %s, errors %s"
          .formatted(made.get(), hosts, new TreeMap<>(errors));
    }
  }

  /** Calls by these callers in turns, from {@link #start} on. */
  SteadyCalls(List<TestCaller> callers) {
    this.callers = callers;
  }

  void start() {
    thread.start();
  }

  /** Calls made from now on are counted here. */
  Tally next() {
    Tally next = new Tally();
    tally = next;
    return next;
  }

  private void run() {
    long gapNs = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
    long dueNs = System.nanoTime();
    for (int i = 0; !over; i++) {
      call(callers.get(i % callers.size()), "steady-" + i);
      dueNs += gapNs;
      LockSupport.parkNanos(dueNs - System.nanoTime());
    }
  }

  private void call(TestCaller caller, String id) {
    Tally counted = tally;
    long startNs = System.nanoTime();
    counted.made.incrementAndGet();
    caller
        .stub()
        .withDeadlineAfter(DEADLINE_MS, TimeUnit.MILLISECONDS)
        .modelInfer(
            TestCaller.request(
                "m", id, StubHost.ANSWER_BYTES, ANSWER_BYTES, StubHost.DELAY_MS, DELAY_MS),
            new StreamObserver<ModelInferResponse>() {
              @Override
              public void onNext(ModelInferResponse answer) {
                int port = (int) answer.getParametersOrThrow(StubHost.PORT).getInt64Param();
                counted.answeredBy(port, startNs);
              }

              @Override
              public void onError(Throwable cause) {
                Status status = Status.fromThrowable(cause);
                // Not the id of its record.
                String what =
                    status.getCode()
                        + " "
                        + String.valueOf(status.getDescription()).split(":", 2)[0];
                counted.errors.computeIfAbsent(what, _ -> new AtomicInteger()).incrementAndGet();
                counted.ended.incrementAndGet();
              }

              @Override
              public void onCompleted() {
                counted.answered.incrementAndGet();
                counted.ended.incrementAndGet();
              }
            });
  }

  /** No more calls. */
  void stop() throws InterruptedException {
    over = true;
    thread.join();
  }
}
