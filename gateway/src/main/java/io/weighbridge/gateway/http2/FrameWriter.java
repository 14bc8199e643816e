package io.weighbridge.gateway.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames (RFC 9113 section 6) into one buffer until they are flushed together. Confined to
 * its connection's event loop; owns the buffer.
 *
 * <p>A short piece of DATA is copied behind its header; a long one goes to the channel as it is,
 * between two cuts of the buffer, and is never copied.
 */
final class FrameWriter {
  static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  /** Up to here a copy costs less than one more entry in the channel's queue. */
  private static final int COPY_BYTES_MAX = 2 * 1024;

  private static final int BUFFER_BYTES_MIN = 1024;
  private static final int BUFFER_BYTES_MAX = 64 * 1024;

  /** Written but not flushed: past that the system call is made without waiting for more. */
  private static final int UNFLUSHED_BYTES_MAX = 128 * 1024;

  private final ChannelHandlerContext context;
  private final HeaderEncoder encoder;
  private final Headroom headroom;
  private @Nullable ByteBuf buffer;
  private int bufferBytes = BUFFER_BYTES_MIN;
  private int unflushedBytes;

  FrameWriter(ChannelHandlerContext context, HeaderEncoder encoder, Headroom headroom) {
    this.context = context;
    this.encoder = encoder;
    this.headroom = headroom;
  }

  HeaderEncoder encoder() {
    return encoder;
  }

  void headers(int streamId, HeaderBlock headers, boolean endStream) {
    int length = encoder.encode(headers);
    int end = endStream ? FrameFormat.END_STREAM : 0;
    int part = Math.min(length, FrameFormat.PAYLOAD_BYTES_MAX);
    boolean whole = part == length;
    int endHeaders = whole ? FrameFormat.END_HEADERS : 0;
    frame(part, FrameFormat.HEADERS, end | endHeaders, streamId)
        .writeBytes(encoder.bytes(), 0, part);
    for (int at = part; at < length; at += part) {
      part = Math.min(length - at, FrameFormat.PAYLOAD_BYTES_MAX);
      int last = at + part == length ? FrameFormat.END_HEADERS : 0;
      frame(part, FrameFormat.CONTINUATION, last, streamId).writeBytes(encoder.bytes(), at, part);
    }
  }

  /** Writes one frame of DATA. Takes ownership of {@code data}. */
  void data(int streamId, ByteBuf data, boolean endStream) {
    int length = data.readableBytes();
    int flags = endStream ? FrameFormat.END_STREAM : 0;
    if (length <= COPY_BYTES_MAX) {
      frame(length, FrameFormat.DATA, flags, streamId).writeBytes(data, data.readerIndex(), length);
      data.release();
      return;
    }
    header(room(FrameFormat.HEADER_BYTES), length, FrameFormat.DATA, flags, streamId);
    cut();
    unflushedBytes += length;
    var _ = context.write(data, context.voidPromise());
    flushWhenMuch();
  }

  void resetStream(int streamId, long errorCode) {
    frame(FrameFormat.RST_STREAM_BYTES, FrameFormat.RST_STREAM, 0, streamId)
        .writeInt((int) errorCode);
  }

  void windowUpdate(int streamId, int increment) {
    frame(FrameFormat.WINDOW_UPDATE_BYTES, FrameFormat.WINDOW_UPDATE, 0, streamId)
        .writeInt(increment);
  }

  void settingsAcknowledgement() {
    frame(0, FrameFormat.SETTINGS, FrameFormat.ACK, 0);
  }

  /** Settings as identifiers and values in turn. */
  private void settings(int... idsAndValues) {
    ByteBuf out =
        frame(idsAndValues.length / 2 * FrameFormat.SETTING_BYTES, FrameFormat.SETTINGS, 0, 0);
    for (int i = 0; i < idsAndValues.length; i += 2) {
      out.writeShort(idsAndValues[i]).writeInt(idsAndValues[i + 1]);
    }
  }

  void ping(byte[] payload, boolean ack) {
    frame(FrameFormat.PING_BYTES, FrameFormat.PING, ack ? FrameFormat.ACK : 0, 0)
        .writeBytes(payload, 0, FrameFormat.PING_BYTES);
  }

  void goAway(int lastStreamId, long errorCode, String why) {
    byte[] debug = why.getBytes(US_ASCII);
    frame(FrameFormat.GOAWAY_BYTES_MIN + debug.length, FrameFormat.GOAWAY, 0, 0)
        .writeInt(lastStreamId)
        .writeInt((int) errorCode)
        .writeBytes(debug);
  }

  /** What a connection begins with (RFC 9113 section 3.4): our preface, settings and window. */
  void greet(boolean server, Http2Limits limits) {
    int window = FrameFormat.SETTING_INITIAL_WINDOW_SIZE;
    int list = FrameFormat.SETTING_MAX_HEADER_LIST_SIZE;
    if (!server) {
      room(PREFACE.length).writeBytes(PREFACE);
    }
    settings(
        server ? FrameFormat.SETTING_MAX_CONCURRENT_STREAMS : FrameFormat.SETTING_ENABLE_PUSH,
        server ? limits.streamsMax() : 0,
        window,
        limits.streamWindowBytes(),
        list,
        limits.headerListBytesMax());
    int wider = limits.connectionWindowBytes() - FrameFormat.WINDOW_BYTES_DEFAULT;
    if (wider > 0) {
      windowUpdate(0, wider);
    }
  }

  private ByteBuf frame(int length, int type, int flags, int streamId) {
    ByteBuf out = room(FrameFormat.HEADER_BYTES + length);
    header(out, length, type, flags, streamId);
    return out;
  }

  private static void header(ByteBuf out, int length, int type, int flags, int streamId) {
    out.writeLong((long) length << 40 | (long) type << 32 | (long) flags << 24 | streamId >>> 8)
        .writeByte(streamId);
  }

  private ByteBuf room(int bytes) {
    ByteBuf out = buffer;
    if (out != null && out.writableBytes() >= bytes) {
      return out;
    }
    if (out != null) {
      handOver();
      // It was too small for one iteration's frames: the next ones are larger, within bounds.
      bufferBytes = Math.min(BUFFER_BYTES_MAX, 2 * bufferBytes);
      flushWhenMuch();
    }
    out = allocate(bytes);
    buffer = out;
    return out;
  }

  /**
   * A buffer with room for these bytes, and for more of them if there is memory. Never throws, for
   * whoever writes may be about another connection, or all of the loop. Without memory this
   * connection ends, and what is still written to it goes nowhere.
   */
  private ByteBuf allocate(int bytes) {
    try {
      return context.alloc().directBuffer(Math.max(bufferBytes, bytes));
    } catch (OutOfMemoryError _) {
      headroom.missed();
      bufferBytes = BUFFER_BYTES_MIN;
    }
    try {
      return context.alloc().directBuffer(bytes);
    } catch (OutOfMemoryError e) {
      context.pipeline().fireExceptionCaught(e);
      return Unpooled.buffer(bytes);
    }
  }

  /** Hands what is in the buffer to the channel; what is written next goes behind it. */
  private void cut() {
    ByteBuf out = buffer;
    if (out != null && out.isReadable()) {
      unflushedBytes += out.readableBytes();
      var _ = context.write(out.readRetainedSlice(out.readableBytes()), context.voidPromise());
    }
  }

  private void flushWhenMuch() {
    if (unflushedBytes > UNFLUSHED_BYTES_MAX) {
      flush();
    }
  }

  /**
   * Sends everything written so far. While the socket is full what stands in the buffer stays
   * there, for what comes next: handed over, a few bytes would keep all of a buffer.
   */
  void flush(boolean writable) {
    if (writable || unflushedBytes > 0) {
      flush();
    }
  }

  private void flush() {
    handOver();
    unflushedBytes = 0;
    context.flush();
  }

  /** Hands the buffer to the channel. It is let go first: what a write sets off may flush. */
  private void handOver() {
    ByteBuf out = buffer;
    if (out == null) {
      return;
    }
    buffer = null;
    if (out.isReadable()) {
      unflushedBytes += out.readableBytes();
      var _ = context.write(out, context.voidPromise());
    } else {
      out.release();
    }
  }

  /** Sends everything written so far and then closes the channel. */
  void flushAndClose() {
    flush();
    // An empty write completes once everything before it has left.
    var _ = context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /** Gives the buffer back; nothing can be written any more. */
  void release() {
    ByteBuf out = buffer;
    if (out != null) {
      buffer = null;
      out.release();
    }
  }
}
