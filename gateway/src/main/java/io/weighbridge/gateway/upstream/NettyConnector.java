package io.weighbridge.gateway.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.HostTls;
import io.weighbridge.gateway.call.TlsPeer;
import io.weighbridge.gateway.http2.Http2Limits;
import io.weighbridge.gateway.http2.TlsStart;
import io.weighbridge.gateway.http2.Transport;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects over TCP, and TLS where the host has it. Confined to its event loop.
 *
 * <p>A host that vanishes without a word is noticed by the kernel: by unacknowledged data, and by
 * keepalive probes where only an answer is awaited. One whose kernel still acknowledges, or that
 * has a box before it that does, is noticed by HTTP/2 (limit {@code host-silence-max}).
 */
public final class NettyConnector implements Connector {
  private static final Logger LOG = LoggerFactory.getLogger(NettyConnector.class);

  private static final int USER_TIMEOUT_MS = 20_000;
  private static final int KEEPALIVE_IDLE_S = 10;
  private static final int KEEPALIVE_INTERVAL_S = 5;
  private static final int KEEPALIVE_PROBES = 2;

  private final EventLoop loop;
  private final Class<? extends Channel> channelType;
  private final Transport transport;
  private final Http2Limits limits;
  private final long connectNs;
  private final HostNames names;

  /** A connector of this loop. */
  public NettyConnector(
      EventLoop loop,
      Class<? extends Channel> channelType,
      Transport transport,
      Http2Limits limits,
      long connectNs) {
    this(loop, channelType, transport, limits, connectNs, HostNames.SYSTEM);
  }

  NettyConnector(
      EventLoop loop,
      Class<? extends Channel> channelType,
      Transport transport,
      Http2Limits limits,
      long connectNs,
      HostNames names) {
    this.names = names;
    this.loop = loop;
    this.channelType = channelType;
    this.transport = transport;
    this.limits = limits;
    this.connectNs = connectNs;
  }

  @Override
  public void connect(Host host, HostConnection connection, long pauseNs) {
    if (pauseNs == 0) {
      find(host, connection);
      return;
    }
    var _ =
        loop.schedule(
            () -> {
              if (connection.wanted()) {
                find(host, connection);
              }
            },
            pauseNs,
            TimeUnit.NANOSECONDS);
  }

  /** A name is looked up for each connection: the host may have moved. */
  private void find(Host host, HostConnection connection) {
    InetSocketAddress address = host.address();
    if (!address.isUnresolved()) {
      connect(host, address, connection);
      return;
    }
    var _ =
        names
            .find(address.getHostString())
            .orTimeout(connectNs, TimeUnit.NANOSECONDS)
            .whenCompleteAsync(
                (found, failure) -> {
                  if (failure == null) {
                    connect(host, new InetSocketAddress(found, address.getPort()), connection);
                  } else {
                    LOG.warn("host {}: its name was not found: {}", host, failure.toString());
                    connection.closed();
                  }
                },
                loop);
  }

  private void connect(Host host, InetSocketAddress address, HostConnection connection) {
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
                    begin(channel, host, connection);
                  }
                });
    bootstrap
        .connect(address)
        .addListener(connected -> {
          if (!connected.isSuccess()) {
            // Without a file descriptor it fails before it has a loop, and is told on another
            // thread.
            loop.execute(connection::closed);
          }
        });
  }

  private void begin(Channel channel, Host host, HostConnection connection) {
    HostTls tls = host.tls();
    if (tls == null) {
      speak(channel, connection);
      return;
    }
    SslHandler handler =
        tls.context().newHandler(channel.alloc(), tls.serverName(), host.address().getPort());
    transport.secure(
        channel,
        handler,
        connectNs,
        new TlsStart.Outcome() {
          @Override
          public void secured(Channel open, SSLSession session) {
            connection.secured(TlsPeer.of(session));
            speak(open, connection);
          }

          @Override
          public void failed(TlsStart.Fault fault, String detail) {
            // Not more often than the link connects, and that backs off.
            LOG.warn("host {}: {}: {}", host.id(), fault.word(), detail);
            connection.closed();
          }
        });
  }

  /** HTTP/2 begins; a host that does not say its settings is no host that could be reached. */
  private void speak(Channel channel, HostConnection connection) {
    transport.connect(channel, limits, connection);
    var _ =
        loop.schedule(
            () -> {
              if (!connection.ready()) {
                var _ = channel.close();
              }
            },
            connectNs,
            TimeUnit.NANOSECONDS);
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
