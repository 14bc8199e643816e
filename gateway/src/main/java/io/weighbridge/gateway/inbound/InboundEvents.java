package io.weighbridge.gateway.inbound;

/** What happens to callers' connections, told to whoever counts it. Called from any event loop. */
public interface InboundEvents {
  /** A connection was refused before anything was read from it. */
  void connectionRefused();

  /** A peer broke HTTP/2 or one of its limits and was shut out with this RFC 9113 error code. */
  void connectionViolated(long errorCode);
}
