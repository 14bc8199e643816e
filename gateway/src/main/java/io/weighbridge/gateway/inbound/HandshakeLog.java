package io.weighbridge.gateway.inbound;

import io.weighbridge.gateway.call.NanoClock;
import io.weighbridge.gateway.http2.TlsStart;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log of handshakes that failed: a line a second at most, however many there are, and
 * none for peers that merely left, as health checks do. Thread-safe: compare-and-set.
 */
final class HandshakeLog {
  private static final Logger log = LoggerFactory.getLogger(HandshakeLog.class);
  private static final long LINE_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  private final NanoClock clock;
  private final AtomicLong nextLineNs;
  private final AtomicInteger untold = new AtomicInteger();

  HandshakeLog(NanoClock clock) {
    this.clock = clock;
    nextLineNs = new AtomicLong(clock.nowNs());
  }

  /** One more; answers whether it was told. */
  boolean failed(@Nullable SocketAddress peer, TlsStart.Fault fault, String detail) {
    if (fault == TlsStart.Fault.PEER_LEFT) {
      return false;
    }
    long nowNs = clock.nowNs();
    long nextNs = nextLineNs.get();
    if (nowNs - nextNs < 0 || !nextLineNs.compareAndSet(nextNs, nowNs + LINE_INTERVAL_NS)) {
      untold.incrementAndGet();
      return false;
    }
    log.warn(
        "no TLS with {}: {}: {} ({} others since the last such line)",
        peer,
        fault.word(),
        detail,
        untold.getAndSet(0));
    return true;
  }
}
