package io.weighbridge.gateway.upstream;

import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.upstream.health.LoopHealth;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Everything between one event loop and one host: its connections, and the calls waiting for one.
 * Confined to its event loop.
 *
 * <p>Connections are opened on first use. Another one is opened when the others have used 80 % of
 * the streams the host allows, up to the limit; past that, calls wait in a bounded queue. After a
 * connect that failed no call finds out whether the host is there again: the link tries until it
 * is, with longer and longer pauses. A connection that had held and broke is made again at once.
 */
final class HostLink {
  /** Stream ids end at 2^31 - 1: a connection is replaced long before. */
  private static final int STREAM_ID_RETIRE = 1 << 30;

  private static final long BACKOFF_FIRST_NS = 100_000_000L;

  /** A connection that broke sooner is made again by the next call, not by itself. */
  private static final long STEADY_NS = 1_000_000_000L;

  private final HostTable.Host host;
  private final Connector connector;
  private final UpstreamLimits limits;
  private final RandomGenerator random;
  private final UpstreamEvents events;
  private final Ticker ticker;
  private final LoopHealth health;
  private final List<HostConnection> connections = new ArrayList<>();

  /** In the order they came; one that ends is taken out of the middle. */
  private final LinkedHashSet<Attempt> waiting = new LinkedHashSet<>();

  private int inFlight;
  private int failures;

  /** Not before then is one more connection tried after one that failed. */
  private long retryAtNs;

  private boolean closed;

  /** What all links of a loop share. */
  record Shared(
      Connector connector,
      UpstreamLimits limits,
      RandomGenerator random,
      UpstreamEvents events,
      Ticker ticker,
      LoopHealth health) {}

  HostLink(HostTable.Host host, Shared shared) {
    this.host = host;
    connector = shared.connector();
    limits = shared.limits();
    random = shared.random();
    events = shared.events();
    ticker = shared.ticker();
    health = shared.health();
  }

  HostTable.Host host() {
    return host;
  }

  int inFlight() {
    return inFlight;
  }

  /** Whether a call given to this host now has a chance. */
  boolean reachable() {
    return failures == 0 || anyUsable();
  }

  boolean isClosed() {
    return closed;
  }

  private boolean anyUsable() {
    for (HostConnection connection : connections) {
      if (connection.usable()) {
        return true;
      }
    }
    return false;
  }

  /** Opens a stream for the attempt now or, while a connection is being made, later. */
  void start(Attempt attempt, long nowNs) {
    inFlight++;
    HostConnection best = leastLoaded(attempt, nowNs);
    if (best != null && open(best, attempt)) {
      return;
    }
    if (waiting.size() >= limits.queueCallsMax()) {
      attempt.crowdedOut();
      return;
    }
    waiting.add(attempt);
    connectMore(nowNs);
  }

  /** One connection more for calls that wait: at once where there is none. */
  private void connectMore(long nowNs) {
    if (!waiting.isEmpty()
        && (mayGrow(limits.connectionsMax(), nowNs) || (!anyUsable() && connecting() == 0))) {
      connect(nowNs, 0);
    }
  }

  private boolean mayGrow(int connectionsMax, long nowNs) {
    return connecting() == 0
        && live() < connectionsMax
        && (failures == 0 || nowNs - retryAtNs >= 0);
  }

  /** The attempt is over: its place is free. */
  void finished(Attempt attempt, long nowNs) {
    inFlight--;
    if (!waiting.isEmpty() && !waiting.remove(attempt)) {
      serveWaiting(nowNs);
      connectMore(nowNs);
    }
  }

  /** A connection may allow other streams than before. */
  void changed() {
    long nowNs = ticker.nanoTime();
    serveWaiting(nowNs);
    connectMore(nowNs);
  }

  private boolean open(HostConnection connection, Attempt attempt) {
    int streamId = connection.http2().open(attempt.requestHeaders(), false, attempt);
    if (streamId == Connection.NO_STREAM) {
      return false;
    }
    if (streamId >= STREAM_ID_RETIRE) {
      connection.retire();
    }
    attempt.opened(connection, streamId);
    return true;
  }

  private @Nullable HostConnection leastLoaded(Attempt attempt, long nowNs) {
    HostConnection best = null;
    int bestActive = Integer.MAX_VALUE;
    for (int i = 0; i < connections.size(); i++) {
      HostConnection connection = connections.get(i);
      if (!connection.usable()) {
        continue;
      }
      if (!attempt.suits(connection)) {
        connection.retire();
        continue;
      }
      int active = connection.http2().activeStreams();
      if (active < bestActive && connection.http2().freeStreams() > 0) {
        best = connection;
        bestActive = active;
      }
    }
    if (best != null) {
      growOrReplace(best, bestActive, nowNs);
    }
    return best;
  }

  private void growOrReplace(HostConnection best, int active, long nowNs) {
    // In longs: a host that names no limit allows as many as an int can say.
    boolean busy = active >= 4L * best.http2().freeStreams();
    boolean old = nowNs - best.openedAtNs() > limits.connectionAgeMaxNs();
    if ((busy || old) && mayGrow(limits.connectionsMax() + (old ? 1 : 0), nowNs)) {
      connect(nowNs, 0);
    }
  }

  private int connecting() {
    int count = 0;
    for (HostConnection connection : connections) {
      count += connection.ready() ? 0 : 1;
    }
    return count;
  }

  private int live() {
    int count = 0;
    for (HostConnection connection : connections) {
      count += connection.retiring() ? 0 : 1;
    }
    return count;
  }

  private void connect(long nowNs, long pauseNs) {
    HostConnection connection = new HostConnection(this, nowNs + pauseNs);
    connections.add(connection);
    connector.connect(host, connection, pauseNs);
  }

  void ready(HostConnection fresh) {
    events.connected(host);
    health.connected(host);
    if (closed) {
      fresh.http2().close();
      return;
    }
    failures = 0;
    long nowNs = ticker.nanoTime();
    for (HostConnection connection : connections) {
      if (connection != fresh
          && connection.usable()
          && nowNs - connection.openedAtNs() > limits.connectionAgeMaxNs()) {
        connection.retire();
      }
    }
    serveWaiting(nowNs);
    if (fresh.retiring() && !anyUsable() && connecting() == 0) {
      // It showed another key than proved: a connection more would show the same.
      disappointWaiting();
    } else {
      connectMore(nowNs);
    }
  }

  private void serveWaiting(long nowNs) {
    while (!waiting.isEmpty()) {
      Attempt next = waiting.getFirst();
      HostConnection best = leastLoaded(next, nowNs);
      if (best == null) {
        return;
      }
      // Opening one may end another, which comes here again: what is being opened waits no more.
      waiting.remove(next);
      if (!open(best, next)) {
        waiting.addFirst(next);
        return;
      }
    }
  }

  void closed(HostConnection connection) {
    connections.remove(connection);
    long nowNs = ticker.nanoTime();
    if (!connection.ready()) {
      failures++;
      retryAtNs = nowNs + backoffNs();
      events.connectFailed(host);
    } else {
      events.disconnected(host);
    }
    if (anyUsable() || connecting() > 0) {
      return;
    }
    if (!closed && connection.ready() && (!waiting.isEmpty() || brokeLate(connection, nowNs))) {
      connect(nowNs, 0);
      return;
    }
    disappointWaiting();
    retryUnreachable(nowNs);
  }

  /** A connection takes no more calls. */
  void leaving() {
    if (!closed) {
      long nowNs = ticker.nanoTime();
      connectMore(nowNs);
      retryUnreachable(nowNs);
    }
  }

  /** After a failure no call finds out whether the host is there again. */
  private void retryUnreachable(long nowNs) {
    if (!closed && !reachable() && connecting() == 0) {
      connect(nowNs, Math.max(0, retryAtNs - nowNs));
    }
  }

  /** Whether nobody ended it, and it held long enough that the next one may as well. */
  private static boolean brokeLate(HostConnection connection, long nowNs) {
    return !connection.retiring() && nowNs - connection.openedAtNs() > STEADY_NS;
  }

  private void disappointWaiting() {
    for (int i = waiting.size(); i > 0 && !waiting.isEmpty(); i--) {
      waiting.removeFirst().unreachable();
    }
  }

  void violated() {
    events.protocolError(host);
  }

  /**
   * Doubles with each failure up to the limit; half of it is random, so that loops and gateways
   * spread.
   */
  private long backoffNs() {
    long full = Math.min(limits.backoffMaxNs(), BACKOFF_FIRST_NS << Math.min(20, failures - 1));
    return full / 2 + random.nextLong(full / 2 + 1);
  }

  void close() {
    closed = true;
    for (HostConnection connection : new ArrayList<>(connections)) {
      if (connection.ready()) {
        connection.http2().close();
      }
    }
  }
}
