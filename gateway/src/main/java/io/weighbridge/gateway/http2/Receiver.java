package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a peer's frames mean for streams and windows (RFC 9113 sections 5, 6 and 8.1), and
 * counts those that cost us more than the peer. Confined to its connection's event loop.
 */
final class Receiver implements FrameListener {
  private static final AsciiString STATUS = FieldName.of(":status");
  private static final AsciiString CONTENT_LENGTH = FieldName.of("content-length");
  private static final int CONTENT_LENGTH_DIGITS_MAX = 18;

  private static final HeaderBlock LIST_TOO_LARGE =
      HeaderBlock.of(STATUS, AsciiString.cached("431"));

  /**
   * A window update below this costs more to handle than it gives. Larger ones are bounded by what
   * a window can hold.
   */
  private static final int WORTHY_INCREMENT_BYTES = 1024;

  /** Answers of one stream that are none yet (RFC 9110 section 15.2): gRPC knows no use of them. */
  static final int INFORMATIONAL_MAX = 8;

  private final LeanConnection connection;
  private final Answers answers;
  private final PeerSettings peerSettings;
  private final HeaderDecoder decoder;
  private final RateLimit controlFrames;
  private final RateLimit resets;
  private final int windowBytes;

  /** What all streams together may still send us, and what was received and not credited yet. */
  private int receiveWindow;

  private int uncreditedBytes;

  /** The stream whose DATA is being read; let go with its end, for it holds on to a call. */
  private @Nullable LeanStream dataStream;

  Receiver(LeanConnection connection, Answers answers, PeerSettings peerSettings, Scratch scratch) {
    this.connection = connection;
    this.answers = answers;
    this.peerSettings = peerSettings;
    Http2Limits limits = connection.limits;
    long nowNs = connection.clock.nanoTime();
    decoder = new HeaderDecoder(scratch, limits.headerListBytesMax());
    controlFrames = new RateLimit(limits.controlFramesPerSecondMax(), nowNs);
    resets = new RateLimit(limits.resetsPerSecondMax(), nowNs);
    windowBytes = Math.max(limits.connectionWindowBytes(), FrameFormat.WINDOW_BYTES_DEFAULT);
    receiveWindow = windowBytes;
  }

  // Header blocks.

  @Override
  public void headerBlock(int streamId, byte[] block, int from, int length, boolean endStream) {
    HeaderDecoder.Outcome outcome = decoder.decode(block, from, length);
    HeaderBlock headers = decoder.takeBlock();
    LeanStream stream = connection.streams.get(streamId);
    if (outcome == HeaderDecoder.Outcome.BROKEN) {
      connectionError(ErrorCode.COMPRESSION_ERROR, "not HPACK");
    } else if (stream != null) {
      more(stream, headers, outcome, endStream);
    } else if (connection.ids.wasOpened(streamId)) {
      late(streamId, true);
    } else if (!connection.server || (streamId & 1) == 0) {
      connectionError(ErrorCode.PROTOCOL_ERROR, "a stream that is not the peer's to open");
    } else if (connection.opens(streamId)) {
      first(streamId, headers, outcome, endStream);
    }
  }

  private void first(
      int streamId, HeaderBlock headers, HeaderDecoder.Outcome outcome, boolean endStream) {
    if (outcome == HeaderDecoder.Outcome.TOO_LARGE) {
      answers.refuse(streamId, LIST_TOO_LARGE, endStream);
      refused();
    } else if (connection.streams.size() >= connection.limits.streamsMax()) {
      answers.reset(streamId, ErrorCode.REFUSED_STREAM);
      refused();
    } else {
      LeanStream stream = connection.accept(streamId);
      stream.headersSeen = true;
      deliver(stream, headers, endStream);
    }
  }

  /** A block on an open stream: a host's answer, or trailers of either side. */
  private void more(
      LeanStream stream, HeaderBlock headers, HeaderDecoder.Outcome outcome, boolean endStream) {
    if (stream.peerEnded) {
      violated(stream, ErrorCode.STREAM_CLOSED);
    } else if (outcome == HeaderDecoder.Outcome.TOO_LARGE) {
      abort(stream, ErrorCode.PROTOCOL_ERROR, ErrorCode.LIST_TOO_LARGE);
    } else if (stream.headersSeen) {
      // The second block of a message ends it (RFC 9113 section 8.1).
      if (endStream) {
        deliver(stream, headers, true);
      } else {
        violated(stream, ErrorCode.PROTOCOL_ERROR);
      }
    } else if (isInformational(headers)) {
      if (endStream) {
        violated(stream, ErrorCode.PROTOCOL_ERROR);
      } else if (++stream.informationalCount > INFORMATIONAL_MAX) {
        violated(stream, ErrorCode.ENHANCE_YOUR_CALM);
      }
    } else {
      stream.headersSeen = true;
      deliver(stream, headers, endStream);
    }
  }

  private static boolean isInformational(HeaderBlock headers) {
    return headers.size() > 0
        && STATUS.equals(headers.name(0))
        && headers.value(0).length() == 3
        && headers.value(0).byteAt(0) == '1';
  }

  private void deliver(LeanStream stream, HeaderBlock headers, boolean endStream) {
    connection.pulse.spoke();
    if (stream.bodyBytes == 0 && stream.announcedBytes == LeanStream.ANY_LENGTH) {
      stream.announcedBytes = contentLength(headers);
    }
    if (endStream && !ends(stream)) {
      return;
    }
    stream.listener.headers(headers, endStream);
  }

  /** What the block announces; what is no number is for whoever judges fields. */
  private static long contentLength(HeaderBlock headers) {
    for (int i = 0; i < headers.size(); i++) {
      if (headers.name(i).length() == CONTENT_LENGTH.length()
          && CONTENT_LENGTH.equals(headers.name(i))) {
        return number(headers.value(i));
      }
    }
    return LeanStream.ANY_LENGTH;
  }

  private static long number(AsciiString digits) {
    long number = digits.isEmpty() ? LeanStream.ANY_LENGTH : 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.byteAt(i) - '0';
      if (digit < 0 || digit > 9 || i == CONTENT_LENGTH_DIGITS_MAX) {
        return LeanStream.ANY_LENGTH;
      }
      number = 10 * number + digit;
    }
    return number;
  }

  /** The peer ends its side; false when its body is not what it announced. */
  private boolean ends(LeanStream stream) {
    if (stream.announcedBytes != LeanStream.ANY_LENGTH
        && stream.announcedBytes != stream.bodyBytes) {
      violated(stream, ErrorCode.PROTOCOL_ERROR);
      return false;
    }
    dataStream = null;
    connection.peerEnded(stream);
    return true;
  }

  // Data.

  @Override
  public void dataBegins(int streamId, int flowBytes, int paddingBytes, boolean endStream) {
    dataStream = null;
    if (flowBytes == paddingBytes && !endStream) {
      control();
    }
    if (!takeConnectionCredit(flowBytes)) {
      return;
    }
    LeanStream stream = connection.streams.get(streamId);
    if (stream == null) {
      if (connection.ids.wasOpened(streamId)) {
        late(streamId, false);
      } else {
        connectionError(ErrorCode.PROTOCOL_ERROR, "data on an idle stream");
      }
    } else if (stream.peerEnded) {
      violated(stream, ErrorCode.STREAM_CLOSED);
    } else if (flowBytes > stream.receiveWindow) {
      violated(stream, ErrorCode.FLOW_CONTROL_ERROR);
    } else {
      stream.receiveWindow -= flowBytes;
      stream.unconsumedBytes += flowBytes;
      dataStream = stream;
      // Padding reaches nobody who could give it back.
      connection.credit(streamId, paddingBytes);
    }
  }

  private boolean takeConnectionCredit(int flowBytes) {
    receiveWindow -= flowBytes;
    if (receiveWindow < 0) {
      connectionError(ErrorCode.FLOW_CONTROL_ERROR, "more data than the connection's window");
      return false;
    }
    uncreditedBytes += flowBytes;
    if (2 * uncreditedBytes >= windowBytes) {
      connection.connectionCredit(uncreditedBytes);
      receiveWindow += uncreditedBytes;
      uncreditedBytes = 0;
    }
    return true;
  }

  @Override
  public void data(int streamId, ByteBuf data, boolean endStream) {
    LeanStream stream = dataStream;
    if (stream == null || stream.closed) {
      return;
    }
    connection.pulse.spoke();
    stream.bodyBytes += data.readableBytes();
    if (stream.announcedBytes != LeanStream.ANY_LENGTH
        && stream.bodyBytes > stream.announcedBytes) {
      violated(stream, ErrorCode.PROTOCOL_ERROR);
      return;
    }
    if (endStream && !ends(stream)) {
      return;
    }
    stream.listener.data(data, endStream);
  }

  /** A frame on a stream that is over (RFC 9113 section 5.1, "closed"). */
  private void late(int streamId, boolean headers) {
    switch (connection.ids.end(streamId)) {
      case RESET_BY_US -> {
        // It was on its way when we reset the stream.
      }
      case FINISHED ->
          connectionError(ErrorCode.STREAM_CLOSED, "a frame on a stream its sender has ended");
      case RESET_BY_PEER -> {
        // grpc-java sends behind its reset what it had queued before. The one call is lost anyway,
        // the others on the connection need not be; and the reset was counted.
        answers.reset(streamId, ErrorCode.STREAM_CLOSED);
        connection.answered();
      }
      case UNKNOWN -> {
        // A caller may not go back to a lower number. A host's answer may be that late.
        if (headers && connection.server) {
          connectionError(ErrorCode.PROTOCOL_ERROR, "a stream id that is not higher");
        } else {
          streamError(streamId, ErrorCode.STREAM_CLOSED);
        }
      }
    }
  }

  // Everything else.

  @Override
  public void resetStream(int streamId, long errorCode) {
    LeanStream stream = connection.streams.get(streamId);
    if (stream != null) {
      connection.peerReset(stream, errorCode);
    } else if (!connection.ids.wasOpened(streamId)) {
      connectionError(ErrorCode.PROTOCOL_ERROR, "reset of an idle stream");
      return;
    }
    strike();
  }

  /** A stream was refused or reset over what the peer did. */
  void answered() {
    connection.answered();
    strike();
  }

  private void refused() {
    connection.listener.refused(connection);
    answered();
  }

  /** Counts a stream that came to nothing: cheap for the peer, not for us. */
  private void strike() {
    if (connection.server && !resets.admit(connection.clock.nanoTime())) {
      connectionError(ErrorCode.ENHANCE_YOUR_CALM, "too many resets");
    }
  }

  private void control() {
    if (!controlFrames.admit(connection.clock.nanoTime())) {
      connectionError(ErrorCode.ENHANCE_YOUR_CALM, "too many control frames");
    }
  }

  @Override
  public void settings(byte[] payload, int length) {
    control();
    long errorCode = peerSettings.apply(payload, length);
    if (errorCode != ErrorCode.NO_ERROR) {
      connectionError(errorCode, "a setting out of bounds");
    } else if (reading()) {
      answers.settings();
      connection.answered();
      connection.settled();
    }
  }

  @Override
  public void settingsAcknowledged() {
    control();
  }

  @Override
  public void ping(byte[] payload, boolean ack) {
    control();
    if (ack) {
      connection.pingAnswered(payload);
    } else if (reading()) {
      answers.ping(payload);
      connection.answered();
    }
  }

  @Override
  public void goAway(int lastStreamId, long errorCode) {
    control();
    connection.goAwayReceived(lastStreamId);
  }

  @Override
  public void windowUpdate(int streamId, int increment) {
    if (increment < WORTHY_INCREMENT_BYTES) {
      control();
    }
    if (streamId == 0) {
      if (increment == 0) {
        connectionError(ErrorCode.PROTOCOL_ERROR, "a window update of nothing");
      } else if (!connection.widen(null, increment)) {
        connectionError(ErrorCode.FLOW_CONTROL_ERROR, "window too wide");
      }
      return;
    }
    LeanStream stream = connection.streams.get(streamId);
    if (stream == null) {
      if (!connection.ids.wasOpened(streamId)) {
        connectionError(ErrorCode.PROTOCOL_ERROR, "window update on an idle stream");
      }
    } else if (increment == 0) {
      violated(stream, ErrorCode.PROTOCOL_ERROR);
    } else if (!connection.widen(stream, increment)) {
      violated(stream, ErrorCode.FLOW_CONTROL_ERROR);
    }
  }

  @Override
  public void ignored() {
    control();
  }

  private void violated(LeanStream stream, long errorCode) {
    abort(stream, errorCode, ErrorCode.VIOLATED);
  }

  private void abort(LeanStream stream, long errorCode, long why) {
    connection.abort(stream, errorCode, why);
    strike();
  }

  @Override
  public void streamError(int streamId, long errorCode) {
    LeanStream stream = connection.streams.get(streamId);
    if (stream != null) {
      violated(stream, errorCode);
    } else if (connection.ids.wasOpened(streamId)) {
      answers.reset(streamId, errorCode);
      answered();
    } else {
      // A reset on an idle stream would be an error of ours.
      connectionError(errorCode, "a bad frame on an idle stream");
    }
  }

  @Override
  public void connectionError(long errorCode, String why) {
    connection.shutOut(errorCode, why);
  }

  @Override
  public boolean reading() {
    return connection.reading();
  }
}
