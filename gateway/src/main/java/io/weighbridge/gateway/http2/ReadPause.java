package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.concurrent.TimeUnit;

/**
 * Leaves a connection unread for a while when there is no memory for a buffer to read into.
 * Confined to the connection's event loop.
 *
 * <p>Netty would end the connection, whoever has the memory. The peer's bytes wait in the kernel
 * instead, and TCP holds the peer back.
 */
final class ReadPause extends ChannelInboundHandlerAdapter {
  static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** No OutOfMemoryError, for that ends the connection; and without a trace, for it may be many. */
  private static final class NoBuffer extends RuntimeException {
    private static final long serialVersionUID = 1;

    private NoBuffer() {
      super("no memory for a read buffer", null, false, false);
    }
  }

  /** Read buffers as long as what comes, as Netty has them, but for what a failure is. */
  private static final class Buffers extends AdaptiveRecvByteBufAllocator {
    @Override
    @SuppressWarnings("deprecation") // The epoll transport asks for a handle of this kind.
    public Handle newHandle() {
      return new Sizes((RecvByteBufAllocator.ExtendedHandle) super.newHandle());
    }
  }

  @SuppressWarnings("deprecation")
  private static final class Sizes extends RecvByteBufAllocator.DelegatingHandle
      implements RecvByteBufAllocator.ExtendedHandle {
    private final RecvByteBufAllocator.ExtendedHandle adaptive;

    Sizes(RecvByteBufAllocator.ExtendedHandle adaptive) {
      super(adaptive);
      this.adaptive = adaptive;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      try {
        return super.allocate(allocator);
      } catch (OutOfMemoryError e) {
        // Netty's own, from its count of what it may have: the process is well.
        throw new NoBuffer();
      }
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return adaptive.continueReading(maybeMore);
    }
  }

  private final Headroom headroom;

  private ReadPause(Headroom headroom) {
    this.headroom = headroom;
  }

  /** Has a channel wait for memory, if it does not do so already. */
  static void guard(Channel channel, Headroom headroom) {
    if (channel.pipeline().get(ReadPause.class) != null) {
      return;
    }
    Buffers buffers = new Buffers();
    // As the channel has it by itself: else each read would be a batch of its own.
    buffers.maxMessagesPerRead(channel.metadata().defaultMaxMessagesPerRead());
    channel.config().setRecvByteBufAllocator(buffers);
    channel.pipeline().addFirst(new ReadPause(headroom));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof NoBuffer)) {
      ctx.fireExceptionCaught(cause);
      return;
    }
    headroom.missed();
    Channel channel = ctx.channel();
    channel.config().setAutoRead(false);
    var _ =
        ctx.executor()
            .schedule(() -> channel.config().setAutoRead(true), PAUSE_NS, TimeUnit.NANOSECONDS);
  }
}
