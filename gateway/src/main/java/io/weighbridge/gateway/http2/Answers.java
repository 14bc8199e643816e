package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;

/**
 * Frames that are written only because the peer sent one. Confined to its connection's event loop.
 *
 * <p>They are not under flow control, so a peer that sends and does not read could pile them up:
 * those written while the socket is full are counted, and too many end the connection.
 */
final class Answers {
  private static final int UNREAD_MAX = 1_000;

  private final Channel channel;
  private final FrameWriter writer;
  private final StreamIds ids;
  private int unreadCount;

  Answers(Channel channel, FrameWriter writer, StreamIds ids) {
    this.channel = channel;
    this.writer = writer;
    this.ids = ids;
  }

  /** Resets a stream, whether it was opened for its owner or not. */
  void reset(int streamId, long errorCode) {
    writer.resetStream(streamId, errorCode);
    ids.ended(streamId, StreamIds.End.RESET_BY_US);
    count();
  }

  /** Refuses a stream with a header block, as HTTP and not as its owner would. */
  void refuse(int streamId, HeaderBlock answer, boolean peerEnded) {
    writer.headers(streamId, answer, true);
    if (peerEnded) {
      ids.ended(streamId, StreamIds.End.FINISHED);
      count();
    } else {
      reset(streamId, ErrorCode.NO_ERROR);
    }
  }

  void settings() {
    writer.settingsAcknowledgement();
    count();
  }

  void ping(byte[] payload) {
    writer.ping(payload, true);
    count();
  }

  /** One more. */
  void count() {
    unreadCount = channel.isWritable() ? 0 : unreadCount + 1;
  }

  /** Whether the peer has left too many unread. */
  boolean tooMany() {
    return unreadCount > UNREAD_MAX;
  }
}
