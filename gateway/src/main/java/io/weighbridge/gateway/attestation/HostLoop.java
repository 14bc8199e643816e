package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.NanoClock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one host to prove itself, again and again, on a virtual thread of its own. {@link #askNow}
 * and {@link #close} are thread-safe and never block.
 */
final class HostLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HostLoop.class);

  private final Attempt attempt;
  private final AttestationTiming timing;
  private final NanoClock clock;
  private final RandomGenerator random;
  private final AtomicBoolean asked = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean closed;

  /** One challenge, from its nonce to what follows from it. */
  interface Attempt {
    /** Whether the host is asked at all now: a quarantined one is not. */
    boolean isDue();

    /** Whether the host answered well. */
    boolean run();
  }

  HostLoop(
      String name,
      Attempt attempt,
      AttestationTiming timing,
      NanoClock clock,
      RandomGenerator random) {
    this.attempt = attempt;
    this.timing = timing;
    this.clock = clock;
    this.random = random;
    this.thread = Thread.ofVirtual().name("attest-" + name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Asks soon: as soon as the least pause since the last challenge is over. */
  void askNow() {
    if (asked.compareAndSet(false, true)) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    int failures = 0;
    while (!closed) {
      if (!attempt.isDue()) {
        awaitAsked();
        continue;
      }
      long beganNs = clock.nowNs();
      asked.set(false);
      boolean proved = attempt();
      failures = proved ? 0 : failures + 1;
      long pauseNs = proved ? timing.nextNs(random) : timing.retryNs(failures, random);
      awaitDue(beganNs, pauseNs);
    }
  }

  /** The edge of a background task: whatever breaks counts as a failure, and the asking goes on. */
  private boolean attempt() {
    try {
      return attempt.run();
    } catch (RuntimeException | Error e) {
      LOG.error("{} broke", thread.getName(), e);
      return false;
    }
  }

  /** Waits for {@link #askNow}, without end. */
  private void awaitAsked() {
    while (!closed && !asked.compareAndSet(true, false)) {
      LockSupport.park(this);
    }
  }

  private void awaitDue(long beganNs, long pauseNs) {
    while (!closed) {
      long dueNs = asked.get() ? Math.min(pauseNs, timing.pauseMinNs()) : pauseNs;
      long leftNs = dueNs - (clock.nowNs() - beganNs);
      if (leftNs <= 0) {
        return;
      }
      LockSupport.parkNanos(this, leftNs);
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    LockSupport.unpark(thread);
  }
}
