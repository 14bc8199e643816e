package io.weighbridge.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.http2.Flusher;
import io.weighbridge.gateway.http2.Headroom;
import io.weighbridge.gateway.http2.Http2Limits;
import io.weighbridge.gateway.http2.Http2Transport;
import io.weighbridge.gateway.http2.LoopClock;
import io.weighbridge.gateway.http2.Sweeper;
import io.weighbridge.gateway.upstream.health.Fleet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NettyConnectorTest {
  private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);
  private static final long CONNECT_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final Http2Limits HTTP2 =
      new Http2Limits(
          100, 1 << 16, 1 << 20, 1 << 14, 1, 1, 1 << 20, MINUTE_NS, MINUTE_NS, MINUTE_NS);

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
  }

  @Test
  void aHostThatAcceptsAndSaysNothingIsGivenUp() throws Exception {
    EventLoop loop = group.next();
    Flusher flusher = new Flusher(loop, 1 << 20, new Headroom(() -> 0, 1, () -> {}));
    Http2Transport transport =
        new Http2Transport(new LoopClock(loop.ticker()), flusher, new Sweeper(loop));
    NettyConnector connector =
        new NettyConnector(loop, NioSocketChannel.class, transport, HTTP2, CONNECT_NS);
    CountDownLatch failed = new CountDownLatch(1);
    Unheard events =
        new Unheard() {
          @Override
          public void connectFailed(Host host) {
            failed.countDown();
          }
        };
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Host host = new Host(0, "mute", (InetSocketAddress) mute.getLocalSocketAddress());
      Fleet fleet = new Fleet(1);
      HostLink link =
          new HostLink(
              host,
              new HostLink.Shared(
                  (to, connection, pauseNs) -> {},
                  new UpstreamLimits(1, 1, CONNECT_NS, CONNECT_NS, MINUTE_NS, HTTP2),
                  new Random(1),
                  events,
                  fleet.ticker,
                  fleet.loop));
      loop.execute(() -> connector.connect(host, new HostConnection(link, 0), 0));
      assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
