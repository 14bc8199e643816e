package io.weighbridge.gateway.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.weighbridge.gateway.http2.ConnectionListener;
import io.weighbridge.gateway.http2.Http2Limits;
import io.weighbridge.gateway.http2.Sweeper;
import io.weighbridge.gateway.http2.TlsStart;
import io.weighbridge.gateway.http2.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where connections go, and how many there may be. */
class PredictPortTest {
  private static final int LOOPS = 4;
  private static final int EACH = 8;
  private static final int MOST = LOOPS * EACH;

  private final EventLoops loops = new EventLoops(LOOPS);
  private final AtomicIntegerArray served = new AtomicIntegerArray(LOOPS);
  private final AtomicInteger refused = new AtomicInteger();
  private final List<SocketChannel> callers = new ArrayList<>();

  private final PredictPort port =
      new PredictPort(
          loops,
          IntStream.range(0, LOOPS).mapToObj(this::parts).toList(),
          new InboundLimits(
              MOST,
              10_000,
              10_000,
              TimeUnit.SECONDS.toNanos(1),
              TimeUnit.HOURS.toNanos(1),
              new Http2Limits(100, 1 << 16, 1 << 20, 1 << 14, 1, 1, 1, 1, 1, 1)),
          new Events(),
          null);

  @SuppressWarnings("NullAway") // Nobody calls.
  private LoopParts parts(int index) {
    EventLoop loop = loops.all().get(index);
    return new LoopParts(index, loop, new Counted(index), new Sweeper(loop), null);
  }

  @AfterEach
  void close() throws IOException {
    for (SocketChannel caller : callers) {
      caller.close();
    }
    loops.close();
  }

  /** Opens that many connections at once. */
  private void connect(InetSocketAddress address, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      SocketChannel caller = SocketChannel.open();
      callers.add(caller);
      caller.configureBlocking(false);
      caller.connect(address);
    }
  }

  private int[] served() {
    return IntStream.range(0, LOOPS).map(served::get).toArray();
  }

  @Test
  void connectionsOpenedTogetherAreSpreadEvenlyAndOneTooManyIsRefused() throws Exception {
    InetSocketAddress address =
        port.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    CountDownLatch accepted = new CountDownLatch(1);
    for (EventLoop loop : loops.all()) {
      // Busy, as loops are when connections come together.
      var _ = loop.submit(() -> accepted.await(10, TimeUnit.SECONDS));
    }
    connect(address, MOST);
    await().until(() -> loops.connectionCount() == MOST);
    accepted.countDown();
    await().untilAsserted(() -> assertThat(served()).containsOnly(EACH));
    connect(address, 3);
    await().untilAsserted(() -> assertThat(refused).hasValue(3));
    await().until(() -> loops.connectionCount() == MOST);
    callers.getFirst().close();
    await().until(() -> loops.connectionCount() == MOST - 1);
    connect(address, 1);
    await().untilAsserted(() -> assertThat(IntStream.of(served()).sum()).isEqualTo(MOST + 1));
  }

  /** Knows where connections went, and serves nobody. */
  private final class Counted implements Transport {
    private final int index;

    Counted(int index) {
      this.index = index;
    }

    @Override
    public void secure(
        Channel channel, SslHandler tls, long handshakeNs, TlsStart.Outcome outcome) {
      throw new UnsupportedOperationException("there is no TLS");
    }

    @Override
    public void serve(Channel channel, Http2Limits limits, ConnectionListener listener) {
      served.incrementAndGet(index);
    }

    @Override
    public void connect(Channel channel, Http2Limits limits, ConnectionListener listener) {
      throw new UnsupportedOperationException("there are no hosts");
    }
  }

  private final class Events implements InboundEvents {
    @Override
    public void connectionOpened() {}

    @Override
    public void connectionClosed() {}

    @Override
    public void connectionRefused() {
      refused.incrementAndGet();
    }

    @Override
    public void streamRefused() {}

    @Override
    public void handshakeFailed(TlsStart.Fault fault) {}

    @Override
    public void connectionViolated(boolean flood) {}
  }
}
