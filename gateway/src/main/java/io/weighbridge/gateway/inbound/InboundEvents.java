package io.weighbridge.gateway.inbound;

import io.weighbridge.gateway.http2.TlsStart;

/** What happens to callers' connections, told to whoever counts it. Called from any event loop. */
public interface InboundEvents {
  /** A connection was accepted. */
  void connectionOpened();

  /** An accepted connection has ended. */
  void connectionClosed();

  /** A connection was refused before anything was read from it. */
  void connectionRefused();

  /** A stream was refused: one too many on its connection, or with too long a header list. */
  void streamRefused();

  /** A TLS handshake failed. */
  void handshakeFailed(TlsStart.Fault fault);

  /**
   * A peer was shut out.
   *
   * @param flood it broke one of our limits; else it broke HTTP/2
   */
  void connectionViolated(boolean flood);
}
