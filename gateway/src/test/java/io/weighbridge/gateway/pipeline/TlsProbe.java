package io.weighbridge.gateway.pipeline;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A peer that shakes hands as a test wishes and sees what becomes of it. Used from the test. */
final class TlsProbe implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  /**
   * What became of it.
   *
   * @param protocol such as TLSv1.3, or null when there was no handshake
   * @param agreed by ALPN, or null
   * @param left whether the other side ended the connection
   */
  record Seen(@Nullable String protocol, @Nullable String agreed, boolean left) {}

  /** Shakes hands and waits a while for the other side to leave. */
  Seen shakeHands(InetSocketAddress with, SslContext context) throws InterruptedException {
    SslHandler handler =
        context.newHandler(io.netty.buffer.ByteBufAllocator.DEFAULT, "localhost", with.getPort());
    Channel channel =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connecting) {
                    connecting.pipeline().addLast(handler);
                  }
                })
            .connect(with)
            .sync()
            .channel();
    handler.handshakeFuture().await(5, TimeUnit.SECONDS);
    boolean done = handler.handshakeFuture().isSuccess();
    boolean left = channel.closeFuture().await(1, TimeUnit.SECONDS);
    Seen seen =
        new Seen(
            done ? handler.engine().getSession().getProtocol() : null,
            handler.applicationProtocol(),
            left);
    channel.close().sync();
    return seen;
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
  }
}
