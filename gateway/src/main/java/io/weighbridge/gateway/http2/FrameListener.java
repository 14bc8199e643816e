package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;

/**
 * Takes the frames of a connection, each checked by itself (RFC 9113 section 6); what they mean for
 * streams is the listener's to judge. Called on the connection's event loop. Arrays are lent for
 * the call.
 */
interface FrameListener {

  /** A frame of DATA begins; {@code paddingBytes} of its {@code flowBytes} are not data. */
  void dataBegins(int streamId, int flowBytes, int paddingBytes, boolean endStream);

  /**
   * A piece of the DATA frame begun last. Borrows {@code data}, whose indices hold only during the
   * call.
   *
   * @param endStream the frame's last piece ends the stream
   */
  void data(int streamId, ByteBuf data, boolean endStream);

  /** A whole header block, its fragments joined. */
  void headerBlock(int streamId, byte[] block, int from, int length, boolean endStream);

  void resetStream(int streamId, long errorCode);

  /** Settings other than an acknowledgement; {@code length} is a multiple of six. */
  void settings(byte[] payload, int length);

  void settingsAcknowledged();

  void ping(byte[] payload, boolean ack);

  void goAway(int lastStreamId, long errorCode);

  void windowUpdate(int streamId, int increment);

  /** A frame without effect: PRIORITY, or of an unknown type. */
  void ignored();

  /** The peer broke the protocol on one stream. */
  void streamError(int streamId, long errorCode);

  /** The peer broke the protocol: nothing more is read. */
  void connectionError(long errorCode, String why);

  /** Whether frames are still wanted. */
  boolean reading();
}
