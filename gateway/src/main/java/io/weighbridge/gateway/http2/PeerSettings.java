package io.weighbridge.gateway.http2;

/**
 * What the peer has set (RFC 9113 section 6.5.2). Confined to its connection's event loop.
 *
 * <p>Longer frames than we must take are not made use of: they would keep other streams waiting.
 */
final class PeerSettings {
  private final boolean server;
  private final FrameWriter writer;
  private final Outbox outbox;
  private final StreamTable streams;
  private int streamsMax = Integer.MAX_VALUE;
  private int windowBytes = FrameFormat.WINDOW_BYTES_DEFAULT;
  private int wantedWindowBytes;

  /**
   * The protocol's defaults.
   *
   * @param server whether we are the server
   */
  PeerSettings(boolean server, FrameWriter writer, Outbox outbox, StreamTable streams) {
    this.server = server;
    this.writer = writer;
    this.outbox = outbox;
    this.streams = streams;
  }

  /** Streams we may have open at once. */
  int streamsMax() {
    return streamsMax;
  }

  /** What a new stream may send ahead of credit. */
  int windowBytes() {
    return windowBytes;
  }

  /**
   * Applies a frame's settings; of several values for one thing the last.
   *
   * @return {@link ErrorCode#NO_ERROR}, or what is wrong with one of them
   */
  long apply(byte[] payload, int length) {
    long errorCode = ErrorCode.NO_ERROR;
    wantedWindowBytes = windowBytes;
    for (int at = 0; at < length && errorCode == ErrorCode.NO_ERROR; ) {
      errorCode = apply(FrameFormat.int16(payload, at), FrameFormat.int32(payload, at + 2));
      at += FrameFormat.SETTING_BYTES;
    }
    // Once: a frame has room for thousands, and each would be one more walk over all streams.
    boolean good = wantedWindowBytes == windowBytes || resizeWindows(wantedWindowBytes);
    return errorCode == ErrorCode.NO_ERROR && !good ? ErrorCode.FLOW_CONTROL_ERROR : errorCode;
  }

  private long apply(int id, long value) {
    switch (id) {
      case FrameFormat.SETTING_HEADER_TABLE_SIZE -> writer.encoder().peerTableBytes(value);
      case FrameFormat.SETTING_ENABLE_PUSH -> {
        // A server may not offer push (RFC 9113 section 8.4).
        if (value > (server ? 1 : 0)) {
          return ErrorCode.PROTOCOL_ERROR;
        }
      }
      case FrameFormat.SETTING_MAX_CONCURRENT_STREAMS ->
          streamsMax = (int) Math.min(Integer.MAX_VALUE, value);
      case FrameFormat.SETTING_INITIAL_WINDOW_SIZE -> {
        if (value > Integer.MAX_VALUE) {
          return ErrorCode.FLOW_CONTROL_ERROR;
        }
        wantedWindowBytes = (int) value;
      }
      case FrameFormat.SETTING_MAX_FRAME_SIZE -> {
        if (value < FrameFormat.PAYLOAD_BYTES_MAX || value > FrameFormat.PAYLOAD_BYTES_LIMIT) {
          return ErrorCode.PROTOCOL_ERROR;
        }
      }
      default -> {
        // Unknown ones are ignored (RFC 9113 section 6.5.2).
      }
    }
    return ErrorCode.NO_ERROR;
  }

  /** Moves every stream's window by the change; false when one would be too wide. */
  private boolean resizeWindows(int bytes) {
    long change = (long) bytes - windowBytes;
    windowBytes = bytes;
    boolean good = true;
    for (LeanStream stream : streams.all()) {
      good &= outbox.widen(stream, change);
    }
    return good;
  }
}
