package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/** Our own transport, to be tested. Confined to its event loop. */
final class LeanTested implements Tested {
  private final Flusher flusher;
  private final Http2Transport transport;

  LeanTested(EventLoop loop, long queuedBytesMax) {
    this(loop, queuedBytesMax, TestHeadroom.ample());
  }

  LeanTested(EventLoop loop, long queuedBytesMax, Headroom headroom) {
    flusher = new Flusher(loop, queuedBytesMax, headroom);
    transport = new Http2Transport(new LoopClock(loop.ticker()), flusher, new Sweeper(loop));
  }

  Transport transport() {
    return transport;
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
