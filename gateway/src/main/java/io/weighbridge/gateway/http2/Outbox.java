package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.ArrayDeque;

/**
 * What a connection sends: at once as far as the peer's windows (RFC 9113 section 5.2) and its
 * socket allow, the rest in order per stream, the streams in turn. Confined to its connection's
 * event loop; owns the data that waits.
 *
 * <p>A stream that waits for its own window stands in no line; one that waits for the connection's
 * window or for the socket does, so that a window update looks at no stream it does not help.
 */
final class Outbox {
  private final LeanConnection connection;
  private final Channel channel;
  private final FrameWriter writer;
  private final Flusher flusher;
  private final ArrayDeque<LeanStream> line = new ArrayDeque<>();
  private final ArrayDeque<LeanStream> starved = new ArrayDeque<>();

  /** How many of those in the lines are over. */
  private int over;

  /** What the peer lets all streams send together. */
  private long window = FrameFormat.WINDOW_BYTES_DEFAULT;

  private long widenedNs;

  private long queuedBytes;
  private long pieces;

  Outbox(LeanConnection connection, Channel channel, FrameWriter writer, Flusher flusher) {
    this.connection = connection;
    this.channel = channel;
    this.writer = writer;
    this.flusher = flusher;
  }

  /** Whether more waits, with what that costs, than may on this connection or the loop. */
  boolean overBudget(long bytesMax) {
    return queuedBytes > 0
        && (queuedBytes + Flusher.PIECE_BYTES * pieces > bytesMax || flusher.overBudget());
  }

  void headers(LeanStream stream, HeaderBlock headers, boolean endStream) {
    if (stream.first == null && channel.isWritable()) {
      writer.headers(stream.id, headers, endStream);
      if (endStream) {
        connection.endSent(stream);
      }
    } else {
      wait(stream, new LeanStream.Waiting(null, headers, endStream, 0));
    }
  }

  /** Takes ownership of {@code data}. */
  void data(LeanStream stream, ByteBuf data, boolean endStream, int receiptBytes) {
    int length = data.readableBytes();
    if (stream.first == null
        && length <= FrameFormat.PAYLOAD_BYTES_MAX
        && (length <= Math.min(window, stream.sendWindow) || length == 0)
        && channel.isWritable()) {
      spend(stream, length);
      writer.data(stream.id, data, endStream);
      sent(stream, endStream, receiptBytes);
      return;
    }
    queuedBytes += length;
    stream.queuedBytes += length;
    flusher.queued(length);
    count(1);
    wait(stream, new LeanStream.Waiting(data, null, endStream, receiptBytes));
  }

  private void count(int more) {
    pieces += more;
    flusher.pieces(more);
  }

  private void wait(LeanStream stream, LeanStream.Waiting item) {
    if (stream.first == null) {
      stream.stalledSinceNs = connection.clock.nanoTime();
    }
    stream.append(item);
    enlist(stream);
  }

  private void spend(LeanStream stream, int byteCount) {
    window -= byteCount;
    stream.sendWindow -= byteCount;
  }

  private void sent(LeanStream stream, boolean endStream, int receiptBytes) {
    if (endStream) {
      connection.endSent(stream);
    }
    if (receiptBytes > 0) {
      stream.listener.sent(receiptBytes);
    }
  }

  /** Puts the stream into the line it belongs to, if it is not there. */
  private void enlist(LeanStream stream) {
    LeanStream.Waiting head = stream.first;
    if (head == null || stream.inLine) {
      return;
    }
    int length = head.data == null ? 0 : head.data.readableBytes();
    if (length > 0 && stream.sendWindow <= 0) {
      return;
    }
    stream.inLine = true;
    if (length > 0 && window <= 0) {
      starved.add(stream);
    } else {
      line.add(stream);
    }
  }

  /** Sends what can be sent, a frame of each stream in turn. */
  void pump() {
    while (channel.isWritable()) {
      LeanStream stream = line.poll();
      if (stream == null) {
        return;
      }
      stream.inLine = false;
      if (stream.closed) {
        over--;
      } else {
        sendOne(stream);
        enlist(stream);
      }
    }
  }

  private void sendOne(LeanStream stream) {
    LeanStream.Waiting head = stream.first;
    if (head == null) {
      return;
    }
    ByteBuf data = head.data;
    if (data == null) {
      stream.removeFirst();
      if (head.headers != null) {
        writer.headers(stream.id, head.headers, head.endStream);
      }
      sent(stream, head.endStream, 0);
      return;
    }
    int length = data.readableBytes();
    long allowed = Math.min(FrameFormat.PAYLOAD_BYTES_MAX, Math.min(window, stream.sendWindow));
    int part = (int) Math.min(length, Math.max(0, allowed));
    if (part == 0 && length > 0) {
      return;
    }
    spend(stream, part);
    dequeued(stream, part);
    if (part < length) {
      writer.data(stream.id, data.readRetainedSlice(part), false);
      return;
    }
    stream.removeFirst();
    count(-1);
    writer.data(stream.id, data, head.endStream);
    sent(stream, head.endStream, head.receiptBytes);
  }

  private void dequeued(LeanStream stream, int byteCount) {
    stream.stalledSinceNs = connection.clock.nanoTime();
    stream.queuedBytes -= byteCount;
    queuedBytes -= byteCount;
    flusher.queued(-byteCount);
  }

  /** The stream is over, and closed: what it still had to send is dropped. */
  void drop(LeanStream stream) {
    for (LeanStream.Waiting item = stream.first; item != null; item = item.next) {
      if (item.data != null) {
        item.data.release();
        count(-1);
      }
    }
    stream.first = null;
    stream.last = null;
    queuedBytes -= stream.queuedBytes;
    flusher.queued(-stream.queuedBytes);
    stream.queuedBytes = 0;
    if (stream.inLine) {
      over++;
      tidy();
    }
  }

  /** Whatever the peer does, no more are kept that are over than are not: each holds its call. */
  private void tidy() {
    if (2 * over > line.size() + starved.size()) {
      line.removeIf(stream -> stream.closed);
      starved.removeIf(stream -> stream.closed);
      over = 0;
    }
  }

  /**
   * Whether the peer has kept what waits from leaving for longer than that, by the stream's window
   * or the connection's. What waits for the socket, or its turn, is not the stream's to answer for.
   */
  boolean shutOff(LeanStream stream, long mostNs, long nowNs) {
    if (stream.first == null || nowNs - stream.stalledSinceNs <= mostNs) {
      return false;
    }
    return !stream.inLine || (window <= 0 && nowNs - widenedNs > mostNs);
  }

  /** The peer widened the connection's window; false when beyond what a window can be. */
  boolean widen(int increment) {
    window += increment;
    widenedNs = connection.clock.nanoTime();
    if (window > Integer.MAX_VALUE) {
      return false;
    }
    for (int i = starved.size(); i > 0; i--) {
      line.add(starved.remove());
    }
    return true;
  }

  /** The peer widened or, by settings, narrowed the stream's window; false when beyond bounds. */
  boolean widen(LeanStream stream, long increment) {
    stream.sendWindow += increment;
    if (stream.sendWindow > Integer.MAX_VALUE) {
      return false;
    }
    enlist(stream);
    return true;
  }
}
