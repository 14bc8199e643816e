package io.weighbridge.gateway.inbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The event loops of the data path, by epoll where there is one. Thread-safe.
 *
 * <p>A new connection goes to the loop with the fewest: connections live long and one uses one
 * core, so that turns alone would leave loops uneven for hours.
 */
public final class EventLoops implements AutoCloseable {
  private static final int QUIET_MS = 0;
  private static final int STOP_SECONDS_MAX = 5;

  private final MultiThreadIoEventLoopGroup loops;
  private final MultiThreadIoEventLoopGroup acceptor;
  private final List<EventLoop> all = new ArrayList<>();
  private final AtomicIntegerArray connections;

  /** Starts this many loops, and a thread that accepts. */
  public EventLoops(int count) {
    connections = new AtomicIntegerArray(count);
    IoHandlerFactory io =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    loops =
        new MultiThreadIoEventLoopGroup(
            count, new ThreadPerTaskExecutor(new DefaultThreadFactory("loop")), io) {
          @Override
          public ChannelFuture register(Channel connection) {
            return place(connection);
          }
        };
    for (EventExecutor executor : loops) {
      all.add((EventLoop) executor);
    }
    acceptor = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("accept"), io);
  }

  /**
   * Chooses a loop for a connection that was accepted. It counts from now on, before the loop has
   * heard of it: else all that are accepted meanwhile would go there as well.
   */
  private ChannelFuture place(Channel connection) {
    int loopIndex = fewest();
    connections.incrementAndGet(loopIndex);
    connection.closeFuture().addListener(_ -> connections.decrementAndGet(loopIndex));
    return all.get(loopIndex).register(connection);
  }

  private int fewest() {
    int best = 0;
    for (int i = 1; i < connections.length(); i++) {
      if (connections.get(i) < connections.get(best)) {
        best = i;
      }
    }
    return best;
  }

  /** The loops, each with its index. */
  public List<EventLoop> all() {
    return all;
  }

  MultiThreadIoEventLoopGroup group() {
    return loops;
  }

  MultiThreadIoEventLoopGroup acceptor() {
    return acceptor;
  }

  /** Caller connections open now, those that are about to be refused included. */
  public int connectionCount() {
    int sum = 0;
    for (int i = 0; i < connections.length(); i++) {
      sum += connections.get(i);
    }
    return sum;
  }

  static Class<? extends ServerChannel> serverChannel() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /** What a connection to a host is made of. */
  public static Class<? extends Channel> clientChannel() {
    return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /** Stops all threads and waits for them. */
  @Override
  public void close() {
    acceptor.shutdownGracefully(QUIET_MS, STOP_SECONDS_MAX, TimeUnit.SECONDS).syncUninterruptibly();
    loops.shutdownGracefully(QUIET_MS, STOP_SECONDS_MAX, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
