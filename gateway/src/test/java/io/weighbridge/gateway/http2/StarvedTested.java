package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.Socket;

/** A transport whose servers take their buffers from this memory. Confined to its event loop. */
record StarvedTested(Tested fed, TestMemory memory) implements Tested {
  @Override
  public void serve(Channel channel, Http2Limits limits, ConnectionListener listener) {
    channel.config().setAllocator(memory);
    fed.serve(channel, limits, listener);
  }

  @Override
  public void connect(Channel channel, Http2Limits limits, ConnectionListener listener) {
    fed.connect(channel, limits, listener);
  }

  @Override
  public Socket peerOf(Socket connected, boolean client) throws IOException {
    return fed.peerOf(connected, client);
  }

  @Override
  public long queuedBytes() {
    return fed.queuedBytes();
  }
}
