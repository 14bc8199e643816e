package io.weighbridge.host.serve;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A listener that closes connections beyond a number at once: grpc-java itself has no such limit.
 * Confined to its event loop, but for the count.
 */
final class BoundedServerChannel extends NioServerSocketChannel {
  private final int connectionsMax;
  private final AtomicInteger openCount = new AtomicInteger();

  BoundedServerChannel(int connectionsMax) {
    this.connectionsMax = connectionsMax;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws Exception {
    int count = super.doReadMessages(accepted);
    if (count <= 0) {
      return count;
    }
    Channel channel = (Channel) accepted.getLast();
    if (openCount.get() >= connectionsMax) {
      accepted.removeLast();
      channel.unsafe().closeForcibly();
      return 0;
    }
    openCount.incrementAndGet();
    channel.closeFuture().addListener(_ -> openCount.decrementAndGet());
    return count;
  }
}
