package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;

/** {@link Transport} with our own frames, streams and HPACK. Confined to its event loop. */
public final class Http2Transport implements Transport {
  private final LoopClock clock;
  private final Flusher flusher;
  private final Sweeper sweeper;
  private final Scratch scratch = new Scratch();

  /** The transport of one loop. */
  public Http2Transport(LoopClock clock, Flusher flusher, Sweeper sweeper) {
    this.clock = clock;
    this.flusher = flusher;
    this.sweeper = sweeper;
  }

  @Override
  public void secure(Channel channel, SslHandler tls, long handshakeNs, TlsStart.Outcome outcome) {
    // Before the first read, for Netty asks only once where to take its buffers from.
    ReadPause.guard(channel, flusher.headroom());
    TlsStart.begin(channel, tls, handshakeNs, outcome);
  }

  @Override
  public void serve(Channel channel, Http2Limits limits, ConnectionListener listener) {
    ReadPause.guard(channel, flusher.headroom());
    channel.pipeline().addLast(new LeanHandler(this, true, limits, listener));
  }

  @Override
  public void connect(Channel channel, Http2Limits limits, ConnectionListener listener) {
    ReadPause.guard(channel, flusher.headroom());
    channel.pipeline().addLast(new LeanHandler(this, false, limits, listener));
  }

  LeanConnection connection(
      ChannelHandlerContext context,
      boolean server,
      Http2Limits limits,
      ConnectionListener listener) {
    LeanConnection connection = new LeanConnection(context, server, limits, listener, this);
    sweeper.add(connection, server);
    return connection;
  }

  LoopClock clock() {
    return clock;
  }

  Flusher flusher() {
    return flusher;
  }

  Scratch scratch() {
    return scratch;
  }

  void forget(LeanConnection connection) {
    sweeper.remove(connection);
  }
}
