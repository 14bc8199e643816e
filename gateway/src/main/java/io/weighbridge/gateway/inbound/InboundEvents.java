package io.weighbridge.gateway.inbound;

/** What happens to callers' connections, told to whoever counts it. Called from any event loop. */
public interface InboundEvents {
  /** A connection was accepted. */
  void connectionOpened();

  /** An accepted connection has ended. */
  void connectionClosed();

  /** A connection was refused before anything was read from it. */
  void connectionRefused();

  /**
   * A peer was shut out.
   *
   * @param flood it broke one of our limits; else it broke HTTP/2
   */
  void connectionViolated(boolean flood);
}
