package io.weighbridge.gateway.inbound;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.weighbridge.gateway.call.NanoClock;
import io.weighbridge.gateway.call.TlsPeer;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.TlsStart;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The port on which callers predict. Thread-safe. */
public final class PredictPort {
  private static final int BACKLOG = 4096;

  /**
   * How long the kernel waits for the peer to acknowledge what was sent before it gives the
   * connection up (RFC 5482).
   */
  private static final int USER_TIMEOUT_MS = 30_000;

  private final EventLoops loops;
  private final IdentityHashMap<EventLoop, LoopParts> parts = new IdentityHashMap<>();
  private final InboundLimits limits;
  private final InboundEvents events;
  private final PeerGate peers;
  private final PeerGate handshakes;
  private final HandshakeLog handshakeLog = new HandshakeLog(NanoClock.SYSTEM);
  private final @Nullable SslContext tls;

  /** Connections whose handshake is not over; nothing of theirs is lost when they are closed. */
  private final ChannelGroup starting = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  /** Connections that were let in. */
  private final AtomicInteger open = new AtomicInteger();

  private @Nullable Channel listening;
  private volatile boolean draining;

  /**
   * A port whose connections are shared out to these loops.
   *
   * @param tls null for plain text
   */
  public PredictPort(
      EventLoops loops,
      List<LoopParts> parts,
      InboundLimits limits,
      InboundEvents events,
      @Nullable SslContext tls) {
    this.tls = tls;
    this.loops = loops;
    this.limits = limits;
    this.events = events;
    for (LoopParts part : parts) {
      this.parts.put(part.eventLoop(), part);
    }
    int seed = ThreadLocalRandom.current().nextInt();
    peers = new PeerGate(limits.peerConnectionsPerSecondMax(), seed);
    handshakes = new PeerGate(limits.peerHandshakesPerSecondMax(), seed);
  }

  /**
   * Binds and accepts; answers with the address bound, which tells the port when 0 was asked.
   *
   * @throws IOException when the address cannot be bound
   */
  public InetSocketAddress open(InetSocketAddress address)
      throws IOException, InterruptedException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.acceptor(), loops.group())
            .channel(EventLoops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    ChannelFuture bound = bootstrap.bind(address).await();
    if (!bound.isSuccess()) {
      throw new IOException("cannot bind " + address, bound.cause());
    }
    Channel channel = bound.channel();
    listening = channel;
    return (InetSocketAddress) channel.localAddress();
  }

  private void accept(Channel channel) {
    LoopParts part = Objects.requireNonNull(parts.get(channel.eventLoop()));
    InetSocketAddress peer = (InetSocketAddress) channel.remoteAddress();
    if (peer == null
        || draining
        || open.get() >= limits.connectionsMax()
        || !peers.admit(peer.getAddress(), nowSecond())
        || (tls != null && !handshakes.admit(peer.getAddress(), nowSecond()))) {
      events.connectionRefused();
      var _ = channel.close();
      return;
    }
    if (channel instanceof EpollSocketChannel) {
      channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
    }
    open.incrementAndGet();
    events.connectionOpened();
    channel
        .closeFuture()
        .addListener(_ -> {
          open.decrementAndGet();
          events.connectionClosed();
        });
    begin(channel, part);
  }

  private void begin(Channel channel, LoopParts part) {
    SslContext context = tls;
    if (context == null) {
      serve(channel, part, TlsPeer.NONE);
      return;
    }
    starting.add(channel);
    part.transport()
        .secure(
            channel,
            context.newHandler(channel.alloc()),
            limits.handshakeNs(),
            new TlsStart.Outcome() {
              @Override
              public void secured(Channel open, SSLSession session) {
                starting.remove(open);
                TlsPeer peer = TlsPeer.of(session);
                if (peer.known() && peer.names().isEmpty()) {
                  failed(TlsStart.Fault.CERTIFICATE, "no subject alternative name");
                  var _ = open.close();
                } else {
                  serve(open, part, peer);
                }
              }

              @Override
              public void failed(TlsStart.Fault fault, String detail) {
                events.handshakeFailed(fault);
                handshakeLog.failed(channel.remoteAddress(), fault, detail);
              }
            });
  }

  private void serve(Channel channel, LoopParts part, TlsPeer peer) {
    part.transport().serve(channel, limits.http2(), new CallerSession(this, part, channel, peer));
  }

  private static long nowSecond() {
    // Shifted so that it is never negative: only differences matter.
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime()) + Integer.MAX_VALUE;
  }

  void violated(Channel channel, long errorCode) {
    boolean flood = errorCode == ErrorCode.ENHANCE_YOUR_CALM;
    events.connectionViolated(flood);
    // One malformed frame may come from a broken client; only floods cost its neighbours anything.
    if (flood && channel.remoteAddress() instanceof InetSocketAddress peer) {
      peers.penalise(peer.getAddress(), nowSecond());
    }
  }

  void refused() {
    events.streamRefused();
  }

  /** The age for one connection, so that those opened together do not all end together. */
  long nextAgeNs() {
    long tenth = limits.connectionAgeMaxNs() / 10;
    return 9 * tenth + ThreadLocalRandom.current().nextLong(2 * tenth);
  }

  boolean draining() {
    return draining;
  }

  /** Accepts no more connections and says goodbye on those open; calls in flight go on. */
  public void drain() {
    draining = true;
    Channel channel = listening;
    if (channel != null) {
      channel.close().syncUninterruptibly();
    }
    var _ = starting.close();
    for (LoopParts part : parts.values()) {
      part.eventLoop().execute(() -> part.sweeper().callers().forEach(Connection::drain));
    }
  }

  /** Ends the calls that drained too long; their connections close when that is said. */
  public void cutShort() {
    for (LoopParts part : parts.values()) {
      part.eventLoop().execute(part.callLoop()::cutShort);
    }
  }
}
