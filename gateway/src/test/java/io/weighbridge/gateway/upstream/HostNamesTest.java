package io.weighbridge.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.http2.Flusher;
import io.weighbridge.gateway.http2.Headroom;
import io.weighbridge.gateway.http2.Http2Limits;
import io.weighbridge.gateway.http2.Http2Transport;
import io.weighbridge.gateway.http2.LoopClock;
import io.weighbridge.gateway.http2.Sweeper;
import io.weighbridge.gateway.inbound.EventLoops;
import io.weighbridge.gateway.upstream.health.Fleet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A link to a host with a name, over real sockets, and a name service we answer for. */
@Timeout(20)
final class HostNamesTest {
  private static final InetAddress FIRST = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress SECOND = InetAddress.ofLiteral("127.0.0.2");
  private static final Http2Limits HTTP2 =
      new Http2Limits(100, 1 << 16, 1 << 20, 1 << 14, 9, 9, 1 << 20, 1L << 40, 1L << 40, 1L << 40);

  private final EventLoops loops = new EventLoops(1);
  private final EventLoop loop = loops.all().getFirst();
  private final CountDownLatch answers = new CountDownLatch(1);
  private final AtomicInteger lookups = new AtomicInteger();
  private volatile InetAddress moved = FIRST;
  private ServerSocket first;

  @BeforeEach
  void listen() throws Exception {
    first = new ServerSocket(0, 10, FIRST);
  }

  @AfterEach
  void close() throws Exception {
    answers.countDown();
    first.close();
    loops.close();
  }

  private InetAddress whenTold(String name) throws UnknownHostException {
    lookups.incrementAndGet();
    try {
      answers.await();
    } catch (InterruptedException e) {
      throw new UnknownHostException(name);
    }
    return moved;
  }

  /** A call to the host, which stays unanswered. */
  private HostLinkTest.Call call(HostNames names, long connectMs) throws Exception {
    Host host =
        new Host(0, "a", InetSocketAddress.createUnresolved("models.test", first.getLocalPort()));
    HostLinkTest.Call call = new HostLinkTest.Call();
    loop.submit(() -> link(host, names, connectMs).start(call, 0)).get();
    return call;
  }

  private HostLink link(Host host, HostNames names, long connectMs) {
    Flusher flusher = new Flusher(loop, 1 << 20, new Headroom(() -> 0, 1, () -> {}));
    Http2Transport transport =
        new Http2Transport(new LoopClock(loop.ticker()), flusher, new Sweeper(loop));
    long connectNs = TimeUnit.MILLISECONDS.toNanos(connectMs);
    return new HostLink(
        host,
        new HostLink.Shared(
            new NettyConnector(
                loop, EventLoops.clientChannel(), transport, HTTP2, connectNs, names),
            new UpstreamLimits(1, 10, connectNs, 1 << 20, 1L << 40, HTTP2),
            new Random(1),
            new Unheard(),
            Ticker.systemTicker(),
            new Fleet(1).loop));
  }

  @Test
  void theLoopGoesOnWhileANameIsLookedUp() throws Exception {
    call(new HostNames(this::whenTold), 10_000);
    loop.submit(() -> {}).get();
    assertThat(answers.getCount()).as("nobody was told the address yet").isOne();
    answers.countDown();
    first.accept().close();
  }

  @Test
  void aHostThatMovedIsFoundWhereItIsNow() throws Exception {
    answers.countDown();
    try (ServerSocket second = new ServerSocket(first.getLocalPort(), 10, SECOND)) {
      call(new HostNames(this::whenTold), 10_000);
      try (Socket connected = first.accept()) {
        moved = SECOND;
        assertThat(connected.isConnected()).isTrue();
      }
      second.accept().close();
    }
  }

  @Test
  void aLookUpTakesNoLongerThanAConnectMay() throws Exception {
    HostLinkTest.Call call = call(new HostNames(this::whenTold), 10);
    while (!loop.submit(() -> call.unreachable).get()) {
      Thread.onSpinWait();
    }
    assertThat(lookups).hasValue(1);
  }

  @Test
  void whoAsksMeanwhileSharesTheLookUpAndMayLeave() throws Exception {
    HostNames names = new HostNames(this::whenTold);
    CompletableFuture<InetAddress> leaves = names.find("models.test");
    CompletableFuture<InetAddress> stays = names.find("models.test");
    leaves.cancel(false);
    answers.countDown();
    assertThat(stays.get()).isEqualTo(FIRST);
    assertThat(lookups).hasValue(1);
    names.find("models.test").get();
    assertThat(lookups).hasValue(2);
  }

  @Test
  void aNameNobodyKnowsIsAFailure() {
    HostNames names =
        new HostNames(name -> {
          throw new UnknownHostException(name);
        });
    assertThatThrownBy(names.find("models.test")::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(UnknownHostException.class);
  }
}
