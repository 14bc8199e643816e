package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weighbridge.gateway.grpc.Inflation;
import io.weighbridge.gateway.grpc.MessageFraming;
import io.weighbridge.gateway.peek.Peek;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a request on their way to a host: kept until a host takes them, a short beginning
 * also after that for a second try, passed on from then. Confined to the call's event loop; owns
 * what it keeps.
 *
 * <p>The caller gets credit for what has left for the host, so what is kept is bounded by the
 * stream's window.
 */
final class Outgoing {
  /** Where a request goes once it is routed. */
  interface Sink {
    /**
     * Passes bytes on. Takes ownership of {@code data}. The caller gets {@code creditBytes} when
     * they have left.
     */
    void send(ByteBuf data, boolean endStream, int creditBytes);
  }

  /** Credit is given in portions of this share of the window. */
  private static final int CREDIT_SHARE = 4;

  /** Pieces below this share a buffer while they are kept. */
  private static final int BLOCK_BYTES = 4 * 1024;

  /**
   * What the gateway itself adds to a message is not the caller's: model_version at its longest.
   */
  static final int APPENDIX_BYTES_MAX = 1 + 2 + Peek.NAME_BYTES_MAX;

  private final CallLimits limits;
  private final int creditBytesMin;
  private @Nullable ByteBuf kept;

  /** What is kept behind it, if it is much; null or not empty. */
  private @Nullable ArrayDeque<ByteBuf> more;

  /** What is kept was inflated, and holds this of the loop's budget. */
  private Inflation.@Nullable Share keptShare;

  private @Nullable Sink sink;
  private int uncredited;

  /** Of the caller's window: what no host has taken, which is at least what is uncredited. */
  private long untakenBytes;

  private long writtenBytes;
  private boolean ended;
  private boolean creditless;
  private boolean released;

  /** A second host could not be given everything any more. */
  private boolean beyondReplay;

  Outgoing(CallLimits limits) {
    this.limits = limits;
    int window = limits.streamWindowBytes();
    // What is owed and a message that is not understood yet must fit into the window together.
    creditBytesMin =
        Math.max(1, Math.min(window / CREDIT_SHARE, (window - limits.peekBytesMax()) / 2));
  }

  /** All that will be written fits into the caller's window: it needs no credit. */
  void creditless() {
    creditless = true;
  }

  /** Whether a host takes the bytes now. */
  boolean open() {
    return sink != null;
  }

  /** Whether bytes wait for a host to take them. */
  boolean keeps() {
    return kept != null && sink == null;
  }

  /** Whether a host, or the lack of one, keeps the caller from sending more. */
  boolean stuck() {
    return !creditless && (keeps() || untakenBytes > uncredited);
  }

  /** A host has taken what stood for that much of the caller's window. */
  void taken(int creditBytes) {
    untakenBytes -= creditBytes;
  }

  /** Whether the last byte was written. */
  boolean ended() {
    return ended;
  }

  /**
   * Writes bytes. Takes ownership of {@code bytes}.
   *
   * @param fromCaller how many bytes of the caller's window they stand for
   * @param end whether nothing follows
   */
  void write(ByteBuf bytes, int fromCaller, boolean end) {
    if (released) {
      bytes.release();
      return;
    }
    ended |= end;
    uncredited += fromCaller;
    untakenBytes += fromCaller;
    writtenBytes += Math.max(fromCaller, bytes.readableBytes() - APPENDIX_BYTES_MAX);
    Sink to = sink;
    if (to != null) {
      forgetKept();
      to.send(bytes, end, takeCredit());
      return;
    }
    ByteBuf first = kept;
    if (first == null) {
      kept = bytes;
    } else {
      keepMore(first, bytes);
    }
  }

  /**
   * Long pieces are kept as they come: one buffer that grows would hold twice its bytes, and three
   * times while it does. Takes ownership of {@code bytes}.
   */
  private void keepMore(ByteBuf first, ByteBuf bytes) {
    ArrayDeque<ByteBuf> rest = more;
    ByteBuf last = rest == null ? first : rest.getLast();
    if (bytes.readableBytes() <= last.writableBytes()) {
      last.writeBytes(bytes);
      bytes.release();
      return;
    }
    if (rest == null) {
      rest = new ArrayDeque<>();
      more = rest;
    }
    rest.add(bytes.readableBytes() < BLOCK_BYTES ? roomy(bytes) : bytes);
  }

  /** With room for what comes next, if that is as short. Takes ownership of {@code bytes}. */
  private static ByteBuf roomy(ByteBuf bytes) {
    try {
      return bytes.alloc().buffer(BLOCK_BYTES).writeBytes(bytes);
    } finally {
      bytes.release();
    }
  }

  /**
   * Says what the bytes just written hold of the loop's budget until they leave for a host. Takes
   * over {@code share}.
   */
  void budget(Inflation.Share share) {
    Inflation.Share before = keptShare;
    if (kept == null) {
      // They have left, or nobody wants them: the host's connection counts what waits there.
      share.close();
    } else if (before == null) {
      keptShare = share;
    } else {
      before.join(share);
    }
  }

  private void closeShare() {
    Inflation.Share share = keptShare;
    if (share != null) {
      keptShare = null;
      share.close();
    }
  }

  /** Nothing follows what was written. */
  void end() {
    ended = true;
    Sink to = sink;
    if (to != null) {
      to.send(Unpooled.EMPTY_BUFFER, true, 0);
    }
  }

  /** Sends what is kept, and from now on everything, to a host. For a second try: to another. */
  void sendTo(Sink to) {
    sink = to;
    ByteBuf buffer = kept;
    if (buffer == null) {
      if (ended) {
        to.send(Unpooled.EMPTY_BUFFER, true, 0);
      }
      return;
    }
    ArrayDeque<ByteBuf> rest = more;
    boolean stays = writtenBytes <= limits.retryBodyBytesMax() + MessageFraming.PREFIX_BYTES;
    if (!stays) {
      kept = null;
      more = null;
      beyondReplay = true;
    }
    ByteBuf out = stays ? buffer.retainedSlice() : buffer;
    if (rest == null) {
      to.send(out, ended, takeAllCredit());
    } else {
      to.send(out, false, 0);
      sendMore(to, rest, stays);
    }
    // What may be kept for a second try is short.
    closeShare();
  }

  private void sendMore(Sink to, ArrayDeque<ByteBuf> rest, boolean stays) {
    int left = rest.size();
    for (ByteBuf piece : rest) {
      if (stays && !to.equals(sink)) {
        // Sending has ended the try, or the call, which has given everything back.
        return;
      }
      boolean last = --left == 0;
      to.send(stays ? piece.retainedSlice() : piece, last && ended, last ? takeAllCredit() : 0);
    }
  }

  /**
   * The host takes nothing any more: from now on bytes are kept again, for another one.
   *
   * @param creditBytes what the caller would have got for bytes that have not left
   */
  void leave(Sink from, int creditBytes) {
    uncredited += creditBytes;
    if (from.equals(sink)) {
      sink = null;
    }
  }

  private int takeCredit() {
    return uncredited < creditBytesMin ? 0 : takeAllCredit();
  }

  private int takeAllCredit() {
    int credit = creditless ? 0 : uncredited;
    uncredited = 0;
    return credit;
  }

  /** Whether {@link #sendTo} can be called for another host. */
  boolean replayable() {
    return !beyondReplay;
  }

  /** No second try will be made. */
  void forgetKept() {
    beyondReplay = true;
    ByteBuf buffer = kept;
    if (buffer != null) {
      kept = null;
      buffer.release();
    }
    ArrayDeque<ByteBuf> rest = more;
    if (rest != null) {
      more = null;
      rest.forEach(ByteBuf::release);
    }
    closeShare();
  }

  /** Gives everything back. */
  void release() {
    released = true;
    forgetKept();
    sink = null;
  }
}
