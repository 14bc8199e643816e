package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;

/**
 * What happens on one stream, told to whoever owns it. Called on the connection's event loop, never
 * after an end.
 */
public interface StreamListener {

  /**
   * A header block arrived: the first, or trailers. With {@code endStream} the peer sends nothing
   * more; if we do not either, the stream takes none of the places of {@link
   * Connection#freeStreams} any more.
   */
  void headers(HeaderBlock headers, boolean endStream);

  /**
   * Data arrived. Borrows {@code data}, whose indices hold only during the call: keep a {@link
   * ByteBuf#retainedSlice} of what outlives it. Its bytes count against the stream's window until
   * they are given back with {@link Connection#credit}.
   */
  void data(ByteBuf data, boolean endStream);

  /** Data sent with a receipt has left the flow-control queue. */
  void sent(int receiptBytes);

  /**
   * The stream ended before both sides finished it.
   *
   * @param errorCode the peer's, as in RFC 9113 section 7, or one of those of {@link ErrorCode}
   *     that are never on the wire
   * @param unseen whether the peer provably never looked at the stream, so that it is safe to try
   *     again
   */
  void reset(long errorCode, boolean unseen);
}
