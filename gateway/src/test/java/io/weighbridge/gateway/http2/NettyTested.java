package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/** The transport on Netty's handler, to be tested. Confined to its event loop. */
final class NettyTested implements Tested {
  private final Flusher flusher;
  private final NettyTransport transport;

  NettyTested(EventLoop loop, long queuedBytesMax) {
    flusher = new Flusher(loop, queuedBytesMax, TestHeadroom.ample());
    transport = new NettyTransport(flusher, new Sweeper(loop));
  }

  @Override
  public void serve(Channel channel, Http2Limits limits, ConnectionListener listener) {
    transport.serve(channel, limits, listener);
  }

  @Override
  public void connect(Channel channel, Http2Limits limits, ConnectionListener listener) {
    transport.connect(channel, limits, listener);
  }

  @Override
  public long queuedBytes() {
    return flusher.queuedBytes();
  }
}
