package io.weighbridge.gateway.http2;

/** A connection as its event loop's {@link Flusher} and {@link Sweeper} see it. */
interface LoopConnection extends Connection {

  /** Sends what was written in this iteration of the loop. */
  void flushNow();

  /** Looks for what the peer owes for too long. Called once a second. */
  void sweep(long nowNs);

  /** Something that its loop did for it failed: it ends, and no other with it. */
  void failed(Throwable cause);
}
