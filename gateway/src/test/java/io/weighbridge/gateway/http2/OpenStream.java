package io.weighbridge.gateway.http2;

/** What a connection remembers of a stream. Confined to its connection's event loop. */
final class OpenStream {
  final StreamListener listener;

  /** The listener heard of the stream's end, or ended it: nothing more is told. */
  boolean told;

  boolean peerEnded;
  boolean weEnded;

  /** Bytes waiting for the peer's windows, and since when none of them has left. */
  int queuedBytes;

  long stalledSinceNs;

  OpenStream(StreamListener listener) {
    this.listener = listener;
  }
}
