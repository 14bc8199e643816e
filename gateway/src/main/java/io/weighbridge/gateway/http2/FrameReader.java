package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Ticker;
import java.util.Arrays;

/**
 * Cuts a peer's bytes into frames and checks each by itself (RFC 9113 sections 3.4, 4 and 6).
 * Confined to its connection's event loop.
 *
 * <p>DATA is passed on piece by piece as it arrives, without a copy. Other frames are short: one
 * that arrives in parts is collected first, and a header block in several frames is joined, up to
 * bounds.
 */
final class FrameReader {
  private static final byte[] PREFACE = FrameWriter.PREFACE;

  /** Frames of one header block: what a list of legal size can need, with room to spare. */
  private static final int BLOCK_FRAMES_MAX = 32;

  /** A block is decoded whole; one several times longer than its list may be is not worth that. */
  private static final int BLOCK_BYTES_FACTOR = 2;

  private static final byte[] NOTHING = {};

  private enum State {
    PREFACE,
    HEADER,
    PAYLOAD,
    PAD_LENGTH,
    DATA,
    SKIP
  }

  private final FrameListener listener;
  private final Scratch scratch;
  private final Ticker ticker;
  private final int blockBytesMax;
  private final byte[] header = new byte[FrameFormat.HEADER_BYTES];

  private State state;
  private int filled;
  private int type;
  private int flags;
  private int streamId;
  private int payloadBytes;

  /** Bytes left of the data or of what is skipped, and padding behind the data. */
  private int remaining;

  private int paddingBytes;

  /** A frame that arrives in parts. */
  private byte[] partial = NOTHING;

  private byte[] block = NOTHING;
  private int blockBytes;
  private int blockFrames;
  private int blockStreamId;
  private boolean blockEndsStream;
  private boolean settingsSeen;

  private boolean completed;
  private long waitingSinceNs;

  /**
   * A reader that has seen nothing.
   *
   * @param server whether the peer begins with the client's preface
   */
  FrameReader(
      FrameListener listener, Scratch scratch, boolean server, int listBytesMax, Ticker ticker) {
    this.listener = listener;
    this.scratch = scratch;
    this.ticker = ticker;
    blockBytesMax = BLOCK_BYTES_FACTOR * listBytesMax;
    state = server ? State.PREFACE : State.HEADER;
  }

  /** The peer can be heard: from now on it owes its preface. */
  void begin() {
    waitingSinceNs = ticker.nanoTime();
  }

  /** Since when the peer owes the rest of preface, frame or header block; 0 when it owes none. */
  long waitingSinceNs() {
    return waitingSinceNs;
  }

  /** What the peer owes may come so much later. */
  void excuse(long ns) {
    waitingSinceNs += waitingSinceNs == 0 ? 0 : ns;
  }

  /** Reads everything there is. Borrows {@code in}. */
  void read(ByteBuf in) {
    completed = false;
    while (in.isReadable() && listener.reading()) {
      step(in);
    }
    if (!owing()) {
      waitingSinceNs = 0;
    } else if (completed || waitingSinceNs == 0) {
      waitingSinceNs = ticker.nanoTime();
    }
  }

  private boolean owing() {
    return blockStreamId != 0 || !settingsSeen || state != State.HEADER || filled > 0;
  }

  private void step(ByteBuf in) {
    switch (state) {
      case PREFACE -> preface(in);
      case HEADER -> header(in);
      case PAYLOAD -> payload(in);
      case PAD_LENGTH -> padLength(in);
      case DATA -> data(in);
      case SKIP -> skip(in);
    }
  }

  private void preface(ByteBuf in) {
    while (filled < PREFACE.length && in.isReadable()) {
      if (in.readByte() != PREFACE[filled++]) {
        listener.connectionError(ErrorCode.PROTOCOL_ERROR, "not an HTTP/2 preface");
        return;
      }
    }
    if (filled == PREFACE.length) {
      next();
    }
  }

  private void next() {
    state = State.HEADER;
    filled = 0;
    completed |= blockStreamId == 0;
  }

  private void header(ByteBuf in) {
    int part = Math.min(FrameFormat.HEADER_BYTES - filled, in.readableBytes());
    in.readBytes(header, filled, part);
    filled += part;
    if (filled < FrameFormat.HEADER_BYTES) {
      return;
    }
    payloadBytes = (int) (FrameFormat.int32(header, 0) >>> 8);
    type = header[3] & 0xff;
    flags = header[4] & 0xff;
    streamId = FrameFormat.int31(header, 5);
    filled = 0;
    if (acceptable()) {
      begin(in);
    }
  }

  /** Judges what the frame's header alone tells, before any of its payload is read. */
  private boolean acceptable() {
    if (payloadBytes > FrameFormat.PAYLOAD_BYTES_MAX) {
      return broken(ErrorCode.FRAME_SIZE_ERROR, "frame too long");
    }
    if (!settingsSeen && (type != FrameFormat.SETTINGS || (flags & FrameFormat.ACK) != 0)) {
      return broken(ErrorCode.PROTOCOL_ERROR, "the first frame is not SETTINGS");
    }
    if (blockStreamId != 0 && (type != FrameFormat.CONTINUATION || streamId != blockStreamId)) {
      return broken(ErrorCode.PROTOCOL_ERROR, "a header block is interrupted");
    }
    return goodStream() && goodLength();
  }

  private boolean goodStream() {
    boolean good =
        switch (type) {
          case FrameFormat.DATA,
              FrameFormat.HEADERS,
              FrameFormat.PRIORITY,
              FrameFormat.RST_STREAM,
              FrameFormat.CONTINUATION ->
              streamId != 0;
          case FrameFormat.SETTINGS, FrameFormat.PING, FrameFormat.GOAWAY -> streamId == 0;
          // Callers may not push, and hosts were told not to.
          case FrameFormat.PUSH_PROMISE -> false;
          default -> true;
        };
    return good || broken(ErrorCode.PROTOCOL_ERROR, "frame on a stream it cannot be on");
  }

  private boolean goodLength() {
    boolean good =
        switch (type) {
          case FrameFormat.RST_STREAM -> payloadBytes == FrameFormat.RST_STREAM_BYTES;
          case FrameFormat.PING -> payloadBytes == FrameFormat.PING_BYTES;
          case FrameFormat.WINDOW_UPDATE -> payloadBytes == FrameFormat.WINDOW_UPDATE_BYTES;
          case FrameFormat.GOAWAY -> payloadBytes >= FrameFormat.GOAWAY_BYTES_MIN;
          case FrameFormat.SETTINGS ->
              (flags & FrameFormat.ACK) == 0
                  ? payloadBytes % FrameFormat.SETTING_BYTES == 0
                  : payloadBytes == 0;
          case FrameFormat.HEADERS -> payloadBytes >= headersBytesMin();
          case FrameFormat.DATA -> payloadBytes > 0 || (flags & FrameFormat.PADDED) == 0;
          default -> true;
        };
    return good || broken(ErrorCode.FRAME_SIZE_ERROR, "frame of a wrong length");
  }

  private int headersBytesMin() {
    return ((flags & FrameFormat.PADDED) == 0 ? 0 : 1)
        + ((flags & FrameFormat.HAS_PRIORITY) == 0 ? 0 : FrameFormat.PRIORITY_BYTES);
  }

  private boolean broken(long errorCode, String why) {
    listener.connectionError(errorCode, why);
    return false;
  }

  private void begin(ByteBuf in) {
    if (type == FrameFormat.DATA) {
      if ((flags & FrameFormat.PADDED) != 0) {
        state = State.PAD_LENGTH;
      } else {
        beginData(0, 0);
      }
    } else if (type > FrameFormat.CONTINUATION) {
      listener.ignored();
      beginSkip(payloadBytes);
    } else if (in.readableBytes() >= payloadBytes) {
      byte[] all = scratch.payload();
      in.readBytes(all, 0, payloadBytes);
      frame(all);
    } else {
      state = State.PAYLOAD;
    }
  }

  private void payload(ByteBuf in) {
    int part = Math.min(payloadBytes - filled, in.readableBytes());
    if (filled + part > partial.length) {
      // As much as has come, or twice what there was: announced is not sent.
      int room = Math.max(filled + part, 2 * partial.length);
      partial = Arrays.copyOf(partial, Math.min(payloadBytes, room));
    }
    in.readBytes(partial, filled, part);
    filled += part;
    if (filled == payloadBytes) {
      byte[] all = partial;
      partial = NOTHING;
      frame(all);
    }
  }

  private void padLength(ByteBuf in) {
    int padding = in.readUnsignedByte();
    if (padding >= payloadBytes) {
      broken(ErrorCode.PROTOCOL_ERROR, "more padding than payload");
      return;
    }
    beginData(1 + padding, padding);
  }

  private void beginData(int notDataBytes, int paddingBehind) {
    paddingBytes = paddingBehind;
    remaining = payloadBytes - notDataBytes;
    boolean endStream = (flags & FrameFormat.END_STREAM) != 0;
    listener.dataBegins(streamId, payloadBytes, notDataBytes, endStream);
    state = State.DATA;
    if (remaining == 0 && listener.reading()) {
      if (endStream) {
        listener.data(streamId, Unpooled.EMPTY_BUFFER, true);
      }
      beginSkip(paddingBytes);
    }
  }

  private void data(ByteBuf in) {
    int part = Math.min(remaining, in.readableBytes());
    remaining -= part;
    int from = in.readerIndex();
    int end = in.writerIndex();
    // A view without an object of its own: the indices are put back behind the piece afterwards.
    in.writerIndex(from + part);
    boolean endStream = remaining == 0 && (flags & FrameFormat.END_STREAM) != 0;
    listener.data(streamId, in, endStream);
    in.setIndex(from + part, end);
    if (remaining == 0) {
      beginSkip(paddingBytes);
    }
  }

  private void beginSkip(int bytes) {
    remaining = bytes;
    if (bytes == 0) {
      next();
    } else {
      state = State.SKIP;
    }
  }

  private void skip(ByteBuf in) {
    int part = Math.min(remaining, in.readableBytes());
    in.skipBytes(part);
    beginSkip(remaining - part);
  }

  private void frame(byte[] payload) {
    switch (type) {
      case FrameFormat.HEADERS -> headers(payload);
      case FrameFormat.CONTINUATION -> continuation(payload);
      case FrameFormat.PRIORITY -> priority(payload);
      case FrameFormat.RST_STREAM -> listener.resetStream(streamId, FrameFormat.int32(payload, 0));
      case FrameFormat.SETTINGS -> settings(payload);
      case FrameFormat.PING -> listener.ping(payload, (flags & FrameFormat.ACK) != 0);
      case FrameFormat.GOAWAY ->
          listener.goAway(FrameFormat.int31(payload, 0), FrameFormat.int32(payload, 4));
      case FrameFormat.WINDOW_UPDATE ->
          listener.windowUpdate(streamId, FrameFormat.int31(payload, 0));
      default -> throw new IllegalStateException("frame of type " + type);
    }
    next();
  }

  private void settings(byte[] payload) {
    settingsSeen = true;
    if ((flags & FrameFormat.ACK) != 0) {
      listener.settingsAcknowledged();
    } else {
      listener.settings(payload, payloadBytes);
    }
  }

  private void priority(byte[] payload) {
    if (payloadBytes != FrameFormat.PRIORITY_BYTES) {
      listener.streamError(streamId, ErrorCode.FRAME_SIZE_ERROR);
    } else if (FrameFormat.int31(payload, 0) == streamId) {
      listener.streamError(streamId, ErrorCode.PROTOCOL_ERROR);
    } else {
      listener.ignored();
    }
  }

  private void headers(byte[] payload) {
    int padding = (flags & FrameFormat.PADDED) == 0 ? 0 : payload[0] & 0xff;
    int from = headersBytesMin();
    int length = payloadBytes - from - padding;
    if (length < 0) {
      broken(ErrorCode.PROTOCOL_ERROR, "more padding than payload");
      return;
    }
    if ((flags & FrameFormat.HAS_PRIORITY) != 0
        && FrameFormat.int31(payload, from - FrameFormat.PRIORITY_BYTES) == streamId) {
      // A stream that depends on itself. Its block is read all the same, for the table's sake,
      // unless that has ended the connection: then nobody may hear of the stream any more.
      listener.streamError(streamId, ErrorCode.PROTOCOL_ERROR);
      if (!listener.reading()) {
        return;
      }
    }
    boolean endStream = (flags & FrameFormat.END_STREAM) != 0;
    if ((flags & FrameFormat.END_HEADERS) != 0) {
      deliver(payload, from, length, endStream);
      return;
    }
    blockStreamId = streamId;
    blockEndsStream = endStream;
    blockFrames = 0;
    blockBytes = 0;
    append(payload, from, length);
  }

  private void continuation(byte[] payload) {
    if (blockStreamId == 0) {
      broken(ErrorCode.PROTOCOL_ERROR, "a continuation of nothing");
      return;
    }
    append(payload, 0, payloadBytes);
    if ((flags & FrameFormat.END_HEADERS) != 0 && listener.reading()) {
      byte[] whole = block;
      block = NOTHING;
      blockStreamId = 0;
      deliver(whole, 0, blockBytes, blockEndsStream);
    }
  }

  private void append(byte[] payload, int from, int length) {
    if (blockBytes + length > blockBytesMax || ++blockFrames > BLOCK_FRAMES_MAX) {
      broken(ErrorCode.ENHANCE_YOUR_CALM, "header block too long");
      return;
    }
    if (block.length < blockBytes + length) {
      block = Arrays.copyOf(block, Math.min(blockBytesMax, 2 * (blockBytes + length)));
    }
    System.arraycopy(payload, from, block, blockBytes, length);
    blockBytes += length;
  }

  private void deliver(byte[] bytes, int from, int length, boolean endStream) {
    listener.headerBlock(streamId, bytes, from, length, endStream);
  }
}
