package io.weighbridge.conformance.fault;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.weighbridge.conformance.fault.TestCaller.Outcome;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One caller of the soak: calls one after the other, short and long, unary and streams, a fifth of
 * them cancelled. Confined to its thread, except for {@link #stop}.
 */
final class SoakTraffic implements Runnable {
  /** What all callers saw together. Thread-safe. */
  static final class Seen {
    final Map<String, AtomicLong> byOutcome = new ConcurrentHashMap<>();
    final Map<String, String> examples = new ConcurrentHashMap<>();
    final Queue<String> recordIds = new ConcurrentLinkedQueue<>();
    final Queue<String> faults = new ConcurrentLinkedQueue<>();
    final AtomicLong streamAnswers = new AtomicLong();

    void count(String outcome, Status status) {
      if (!status.isOk()) {
        examples.putIfAbsent(outcome, String.valueOf(status.getDescription()));
      }
      byOutcome.computeIfAbsent(outcome, _ -> new AtomicLong()).incrementAndGet();
    }
  }

  private static final int LARGE_BYTES_MAX = 300_000;
  private static final int SMALL_BYTES_MAX = 2_000;
  private static final int DELAY_MS_MAX = 40;
  private static final int STREAM_MESSAGES_MAX = 20;
  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Ends the words for what befell a call whose connection was garbled on purpose. */
  static final String GARBLED = " (garbled)";

  /** What a caller does about its own half-open connections: no gateway can tell it. */
  private static final int PATIENCE_S = 15;

  /** Longer than any call may take: whatever takes longer is stuck. */
  private static final int STUCK_S = 60;

  private final String name;
  private final TestCaller caller;
  private final Random random;
  private final Predicate<SocketAddress> garbled;
  private final Seen seen;
  private volatile boolean stopping;
  private int calls;

  /**
   * A caller of this name.
   *
   * @param garbled whether what passes on the connection from there was garbled
   */
  SoakTraffic(
      String name, TestCaller caller, long seed, Predicate<SocketAddress> garbled, Seen seen) {
    this.name = name;
    this.garbled = garbled;
    this.caller = caller;
    this.random = new Random(seed);
    this.seen = seen;
  }

  void stop() {
    stopping = true;
  }

  @Override
  public void run() {
    try (ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1)) {
      // Most calls end long before their time: what would wait for it must go with them.
      timers.setRemoveOnCancelPolicy(true);
      while (!stopping) {
        try (Context.CancellableContext patient =
            Context.current().withDeadlineAfter(PATIENCE_S, TimeUnit.SECONDS, timers)) {
          patient.run(this::one);
        }
      }
    }
  }

  private void one() {
    String id = name + "-" + calls++;
    if (random.nextInt(10) == 0) {
      stream(id);
    } else {
      unary(id);
    }
  }

  private ModelInferRequest request(String id, int answerBytes, int delayMs) {
    ByteString body = StubHost.bytes(id, random.nextInt(SMALL_BYTES_MAX));
    return TestCaller.request(
            "m", id, StubHost.ANSWER_BYTES, answerBytes, StubHost.DELAY_MS, delayMs)
        .toBuilder()
        .addRawInputContents(body)
        .build();
  }

  private int answerBytes() {
    return random.nextInt(random.nextInt(8) == 0 ? LARGE_BYTES_MAX : SMALL_BYTES_MAX);
  }

  private int cancelAfterMs() {
    return random.nextInt(5) == 0 ? 1 + random.nextInt(DELAY_MS_MAX) : 0;
  }

  private void unary(String id) {
    int bytes = answerBytes();
    int cancelMs = cancelAfterMs();
    // What is to be cancelled takes longer than that.
    int delayMs = cancelMs > 0 ? DELAY_MS_MAX + cancelMs : random.nextInt(4) * random.nextInt(5);
    ModelInferRequest request = request(id, bytes, delayMs);
    Outcome outcome;
    if (cancelMs == 0) {
      outcome = caller.call(request);
    } else {
      try (Context.CancellableContext leaving = Context.current().withCancellation()) {
        CompletableFuture.delayedExecutor(cancelMs, TimeUnit.MILLISECONDS)
            .execute(() -> leaving.cancel(null));
        outcome = callIn(leaving, request);
      }
    }
    seen.count(word(outcome.status(), outcome.from()), outcome.status());
    if (outcome.status().isOk()) {
      answered(id, bytes, outcome);
    }
    pauseAfter(outcome.status());
  }

  private Outcome callIn(Context context, ModelInferRequest request) {
    Context before = context.attach();
    try {
      return caller.call(request);
    } finally {
      context.detach(before);
    }
  }

  /** A caller whose gateway is away does not ask again at once, over and over. */
  private static void pauseAfter(Status status) {
    if (status.getCode() == Status.Code.UNAVAILABLE) {
      LockSupport.parkNanos(PAUSE_NS);
    }
  }

  private void answered(String id, int bytes, Outcome outcome) {
    ModelInferResponse answer = outcome.answer();
    String recordId = outcome.recordId();
    if (answer == null || !answer.getRawOutputContents(0).equals(StubHost.bytes(id, bytes))) {
      seen.faults.add(id + ": OK with another answer");
    } else if (recordId == null) {
      seen.faults.add(id + ": OK without a record");
    } else {
      seen.recordIds.add(recordId);
    }
  }

  /**
   * How a call ended: its code, the gateway's word for it if it was the gateway, and whether
   * somebody had garbled its connection.
   */
  private String word(Status status, @Nullable SocketAddress from) {
    String description = status.getDescription();
    int colon = description == null ? -1 : description.indexOf(": ");
    String reason = colon > 0 ? " " + description.substring(0, colon) : "";
    return status.getCode()
        + (reason.matches(" [a-z_]+") ? reason : "")
        + (from != null && garbled.test(from) ? GARBLED : "");
  }

  private void stream(String id) {
    int messages = 1 + random.nextInt(STREAM_MESSAGES_MAX);
    boolean leaves = random.nextInt(5) == 0;
    CompletableFuture<Status> ended = new CompletableFuture<>();
    AtomicReference<@Nullable SocketAddress> from = new AtomicReference<>();
    Context.CancellableContext leaving = Context.current().withCancellation();
    Context before = leaving.attach();
    try {
      StreamObserver<ModelInferRequest> out = caller.stub(from).modelStreamInfer(answers(ended));
      for (int i = 0; i < messages; i++) {
        out.onNext(request(id, answerBytes(), 0));
      }
      if (leaves) {
        leaving.cancel(null);
      } else {
        out.onCompleted();
      }
    } finally {
      leaving.detach(before);
    }
    try {
      Status status = ended.get(STUCK_S, TimeUnit.SECONDS);
      seen.count("stream " + word(status, from.get()), status);
      pauseAfter(status);
    } catch (TimeoutException e) {
      seen.faults.add(id + ": stream stuck");
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    } finally {
      leaving.close();
    }
  }

  private StreamObserver<ModelStreamInferResponse> answers(CompletableFuture<Status> ended) {
    return new StreamObserver<>() {
      @Override
      public void onNext(ModelStreamInferResponse answer) {
        seen.streamAnswers.incrementAndGet();
      }

      @Override
      public void onError(Throwable cause) {
        ended.complete(Status.fromThrowable(cause));
      }

      @Override
      public void onCompleted() {
        ended.complete(Status.OK);
      }
    };
  }
}
