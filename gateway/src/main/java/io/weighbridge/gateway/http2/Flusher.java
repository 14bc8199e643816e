package io.weighbridge.gateway.http2;

import io.netty.channel.EventLoop;
import java.util.ArrayList;

/**
 * Flushes every connection that was written to, once per iteration of an event loop. Confined to
 * its event loop.
 *
 * <p>The loop handles all ready sockets before it runs tasks, so one task at the end of the
 * iteration turns the frames of many calls into one write per connection.
 */
public final class Flusher implements Runnable {
  /** What a piece that waits costs besides its bytes, about: objects, and what buffers round up. */
  static final int PIECE_BYTES = 256;

  private final EventLoop loop;
  private final ArrayList<LoopConnection> dirty = new ArrayList<>();

  private final long queuedBytesMax;
  private final Headroom headroom;
  private long queuedBytes;
  private long pieces;

  /**
   * The flusher of this loop.
   *
   * @param queuedBytesMax bytes that may wait for peers' windows on all connections of the loop
   *     together
   * @param headroom of the loop: while there is none, nothing may wait
   */
  public Flusher(EventLoop loop, long queuedBytesMax, Headroom headroom) {
    this.loop = loop;
    this.queuedBytesMax = queuedBytesMax;
    this.headroom = headroom;
  }

  Headroom headroom() {
    return headroom;
  }

  void queued(int byteCount) {
    queuedBytes += byteCount;
  }

  /** Pieces of data wait, or with less than 0 do no longer. */
  void pieces(int count) {
    pieces += count;
  }

  boolean overBudget() {
    return queuedBytes + PIECE_BYTES * pieces > queuedBytesMax || headroom.isStillShort();
  }

  /** Bytes waiting for peers' windows. */
  public long queuedBytes() {
    return queuedBytes;
  }

  void add(LoopConnection connection) {
    if (dirty.isEmpty()) {
      loop.execute(this);
    }
    dirty.add(connection);
  }

  @Override
  public void run() {
    // Flushing may end streams whose owners write elsewhere: the list may grow while it is walked.
    for (int i = 0; i < dirty.size(); i++) {
      LoopConnection connection = dirty.get(i);
      try {
        connection.flushNow();
      } catch (RuntimeException | Error e) {
        connection.failed(e);
      }
    }
    dirty.clear();
  }
}
