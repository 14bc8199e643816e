package io.weighbridge.gateway.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.weighbridge.gateway.http2.ConnectionListener;
import io.weighbridge.gateway.http2.Http2Limits;
import io.weighbridge.gateway.http2.Transport;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Connects over TCP. Confined to its event loop.
 *
 * <p>A host that vanishes without a word is noticed by the kernel: by unacknowledged data, and by
 * keepalive probes where only an answer is awaited. HTTP/2 pings would have to keep to what each
 * host permits (gRFC A8).
 */
public final class NettyConnector implements Connector {
  private static final int USER_TIMEOUT_MS = 20_000;
  private static final int KEEPALIVE_IDLE_S = 10;
  private static final int KEEPALIVE_INTERVAL_S = 5;
  private static final int KEEPALIVE_PROBES = 2;

  private final EventLoop loop;
  private final Class<? extends Channel> channelType;
  private final Transport transport;
  private final Http2Limits limits;
  private final long connectNs;

  /** A connector of this loop. */
  public NettyConnector(
      EventLoop loop,
      Class<? extends Channel> channelType,
      Transport transport,
      Http2Limits limits,
      long connectNs) {
    this.loop = loop;
    this.channelType = channelType;
    this.transport = transport;
    this.limits = limits;
    this.connectNs = connectNs;
  }

  @Override
  public void connect(InetSocketAddress address, ConnectionListener listener) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(channelType)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) TimeUnit.NANOSECONDS.toMillis(connectNs))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    watch(channel);
                    transport.connect(channel, limits, listener);
                  }
                });
    bootstrap
        .connect(address)
        .addListener(connected -> {
          if (!connected.isSuccess()) {
            listener.closed();
          }
        });
  }

  private static void watch(Channel channel) {
    if (channel instanceof EpollSocketChannel) {
      channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
      channel.config().setOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
      channel.config().setOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
      channel.config().setOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }
  }
}
