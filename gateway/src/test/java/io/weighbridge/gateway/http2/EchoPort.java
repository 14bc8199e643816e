package io.weighbridge.gateway.http2;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.weighbridge.gateway.wire.RawPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A port behind which a transport under test echoes. Used from the test's thread. */
final class EchoPort implements AutoCloseable {
  static final long LOOP_QUEUED_MAX = 64L << 20;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final BlockingQueue<Echo> accepted = new LinkedBlockingQueue<>();
  private final Tested transport;
  private final Channel port;

  EchoPort(Tested.Maker maker, Http2Limits limits) {
    this(maker, limits, LOOP_QUEUED_MAX);
  }

  EchoPort(Tested.Maker maker, Http2Limits limits, long queuedBytesMax) {
    transport = maker.on(loop(), queuedBytesMax);
    port =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    Echo echo = new Echo(channel.alloc());
                    channels.add(channel);
                    transport.serve(channel, limits, echo);
                    accepted.add(echo);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  private EventLoop loop() {
    return group.next();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) port.localAddress();
  }

  /** A peer whose settings were exchanged. */
  RawPeer peer(long... settings) {
    return silent().hello(settings);
  }

  /** A peer that has connected and said nothing yet. */
  RawPeer silent() {
    try {
      InetSocketAddress address = address();
      Socket socket = new Socket(address.getAddress(), address.getPort());
      return RawPeer.silent(transport.peerOf(socket, true));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The gateway's side of the connection accepted next. */
  Echo echo() {
    try {
      return Objects.requireNonNull(accepted.poll(5, TimeUnit.SECONDS), "nothing was accepted");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Bytes waiting for peers' windows. */
  long queuedBytes() {
    return onLoop(transport::queuedBytes);
  }

  /** Asks on the event loop, where everything of a connection is at home. */
  <T> T onLoop(Callable<T> question) {
    try {
      return loop().submit(question).get(5, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    // A loop that is stopped may leave its channels as they are, and they what waits in them.
    port.close().awaitUninterruptibly();
    channels.close().awaitUninterruptibly();
    group
        .shutdownGracefully(0, 2, TimeUnit.SECONDS)
        .awaitUninterruptibly(Duration.ofSeconds(5).toMillis());
  }
}
