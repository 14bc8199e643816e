package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.Socket;

/** A transport of one event loop, as its contract sees it. Confined to that loop. */
interface Tested {
  void serve(Channel channel, Http2Limits limits, ConnectionListener listener);

  void connect(Channel channel, Http2Limits limits, ConnectionListener listener);

  /** What the test's end of a connection speaks through; the socket itself, if not TLS. */
  default Socket peerOf(Socket connected, boolean client) throws IOException {
    return connected;
  }

  /** Bytes waiting for peers' windows on all connections of the loop. */
  long queuedBytes();

  /** Makes the transport of a loop. */
  interface Maker {
    /**
     * The transport of this loop.
     *
     * @param queuedBytesMax bytes that may wait on all connections together
     */
    Tested on(EventLoop loop, long queuedBytesMax);
  }
}
