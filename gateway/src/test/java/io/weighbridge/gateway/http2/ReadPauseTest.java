package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a connection for which there is no buffer to read into, on both transports. */
class ReadPauseTest {
  private static final int LENGTH = 5;

  private final TestMemory memory = new TestMemory();
  private final AtomicInteger missed = new AtomicInteger();
  private final AtomicInteger heard = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final List<Throwable> faults = new CopyOnWriteArrayList<>();

  private final class Ear extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      heard.addAndGet(((ByteBuf) msg).readableBytes());
      ((ByteBuf) msg).release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      ended.incrementAndGet();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      faults.add(cause);
    }
  }

  private ServerBootstrap server(boolean epoll, MultiThreadIoEventLoopGroup group) {
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    return new ServerBootstrap()
        .group(group)
        .channel(type)
        .childOption(ChannelOption.ALLOCATOR, memory)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                Headroom headroom = new Headroom(() -> 0, 1, missed::incrementAndGet);
                channel.pipeline().addLast(new Ear());
                ReadPause.guard(channel, headroom);
              }
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itWaitsAndGoesOnWhereItWas(boolean epoll) throws IOException {
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, io);
    Channel port =
        server(epoll, group)
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    int number = ((InetSocketAddress) port.localAddress()).getPort();
    try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), number)) {
      peer.getOutputStream().write(new byte[LENGTH]);
      await().until(() -> heard.get() == LENGTH);
      memory.bytesMax = 0;
      peer.getOutputStream().write(new byte[LENGTH]);
      // Looked for again and again, and never more often than the pause says.
      await().until(() -> missed.get() >= 3);
      int before = missed.get();
      long sinceNs = System.nanoTime();
      await().until(() -> missed.get() >= before + 3);
      assertThat(System.nanoTime() - sinceNs).isGreaterThan(2 * ReadPause.PAUSE_NS);
      assertThat(heard).hasValue(LENGTH);
      memory.bytesMax = TestMemory.AMPLE;
      await().until(() -> heard.get() == 2 * LENGTH);
      peer.getOutputStream().write(new byte[LENGTH]);
      await().until(() -> heard.get() == 3 * LENGTH);
      assertThat(faults).isEmpty();
      assertThat(ended).hasValue(0);
    } finally {
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    }
  }

  private static int readsMax(Channel channel) {
    return ((MaxMessagesRecvByteBufAllocator) channel.config().getRecvByteBufAllocator())
        .maxMessagesPerRead();
  }

  @Test
  void aBatchHasAsManyReadsAsBefore() {
    Channel channel = new NioSocketChannel();
    int before = readsMax(channel);
    ReadPause.guard(channel, new Headroom(() -> 0, 1, missed::incrementAndGet));
    assertThat(readsMax(channel)).isEqualTo(before).isGreaterThan(1);
    channel.unsafe().closeForcibly();
  }
}
