package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;

/**
 * One HTTP/2 connection, seen from above its frames. Confined to its event loop.
 *
 * <p>Whatever is sent leaves with the other frames of the same loop iteration, in one write.
 * Sending on a stream that has ended meanwhile does nothing but release what was given.
 *
 * <p>Receiving is bounded by credit: a stream may send as many bytes as its window holds, and gets
 * new credit only through {@link #credit}. The connection's own window is refilled on receipt, so
 * that one slow stream never starves the others.
 */
public interface Connection {

  /**
   * {@link #open} could not open a stream: the peer's limit is reached or the connection is ending.
   */
  int NO_STREAM = -1;

  /** How long a peer may take for its part of a goodbye; looked at once a second. */
  long GOODBYE_NS_MAX = 1_000_000_000L;

  /**
   * Opens a stream to the peer.
   *
   * @return its id, or {@link #NO_STREAM}; then nothing was sent and the listener will not be
   *     called
   */
  int open(HeaderBlock headers, boolean endStream, StreamListener listener);

  /** Sends a header block: the request's or response's first, or trailers. */
  void sendHeaders(int streamId, HeaderBlock headers, boolean endStream);

  /**
   * Sends data as far as the peer's windows allow and queues the rest. Takes ownership of {@code
   * data}.
   *
   * @param receiptBytes when positive, {@link StreamListener#sent} is called with this number once
   *     all of {@code data} has left the flow-control queue
   */
  void sendData(int streamId, ByteBuf data, boolean endStream, int receiptBytes);

  /** Lets the peer send that many more bytes on the stream. */
  void credit(int streamId, int byteCount);

  /** Ends the stream at once; the listener is not called any more. */
  void reset(int streamId, long errorCode);

  /** Streams that could be opened now without passing the peer's limit. */
  int freeStreams();

  /** Streams open now, in both directions. */
  int activeStreams();

  /** Whether {@link #open} may be called: settings were exchanged and nobody has said goodbye. */
  boolean usable();

  /**
   * Says goodbye; streams open finish, then the connection closes.
   *
   * <p>The side that accepts streams does it in two steps (RFC 9113 section 6.8): a GOAWAY that
   * names no last stream, with a PING; and when that is answered, or {@link #GOODBYE_NS_MAX} is
   * over, a GOAWAY with the last stream looked at. So no stream that was on its way is lost. The
   * side that opens streams says it in one step and opens no more.
   *
   * <p>Once no stream is open, the peer gets {@link #GOODBYE_NS_MAX} to close the connection: what
   * it still sends meanwhile would else make its kernel forget the last bytes it was sent.
   */
  void drain();

  /** Closes at once; open streams end with {@link StreamListener#reset}. */
  void close();

  /** Where the peer is. */
  SocketAddress peer();
}
