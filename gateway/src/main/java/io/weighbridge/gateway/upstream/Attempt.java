package io.weighbridge.gateway.upstream;

import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.http2.StreamListener;

/** One try of a call on one host, as the upstream sees it. Called on the event loop. */
public interface Attempt extends StreamListener {

  /** The request's header block; asked for when a connection can take it. */
  HeaderBlock requestHeaders();

  /** Whether the request may be sent over this connection; one that does not suit is replaced. */
  boolean suits(HostConnection connection);

  /** The request's stream is open: its body can be sent. */
  void opened(HostConnection connection, int streamId);

  /** No connection could be had; the host has seen nothing. */
  void unreachable();

  /**
   * Whether the call ended while the attempt waited for a connection; then nothing more is called.
   */
  boolean abandoned();
}
