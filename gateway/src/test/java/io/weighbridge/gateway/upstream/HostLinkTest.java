package io.weighbridge.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.http2.Http2Limits;
import io.weighbridge.gateway.http2.StreamListener;
import io.weighbridge.gateway.upstream.health.Fleet;
import io.weighbridge.gateway.upstream.health.Probation;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HostLinkTest {
  private static final long MS = 1_000_000;
  private static final long BACKOFF_MAX_NS = 400 * MS;
  private static final int QUEUE_MAX = 10;

  private final Fleet fleet = new Fleet(1);
  private final Host host = fleet.hosts[0].host();
  private final List<Connect> connects = new ArrayList<>();
  private HostLink link = link(1);

  private HostLink link(int connectionsMax) {
    return new HostLink(
        host,
        new HostLink.Shared(
            (to, connection, pauseNs) -> connects.add(new Connect(connection, pauseNs)),
            new UpstreamLimits(
                connectionsMax,
                QUEUE_MAX,
                1,
                BACKOFF_MAX_NS,
                TimeUnit.HOURS.toNanos(1),
                new Http2Limits(100, 1 << 16, 1 << 20, 1 << 14, 1, 1, 1, 1, 1, 1)),
            new Random(1),
            new Unheard(),
            fleet.ticker,
            fleet.loop));
  }

  /** What the connector was asked for. */
  private record Connect(HostConnection connection, long pauseNs) {}

  private Connect last() {
    return connects.getLast();
  }

  private Call call() {
    Call call = new Call();
    link.start(call, fleet.ticker.nanoTime());
    return call;
  }

  private void finish(Call call) {
    link.finished(call, fleet.ticker.nanoTime());
  }

  /** The connection asked for last is there, with room for so many calls. */
  private HostConnection connected(int free) {
    HostConnection connection = last().connection();
    Line line = new Line();
    line.free = free;
    connection.ready(line);
    return connection;
  }

  /** The connection asked for last is there, and carries a call. */
  private HostConnection connected() {
    HostConnection connection = last().connection();
    connection.ready(new Line());
    return connection;
  }

  private void pass(long durationNs) {
    fleet.ticker.advance(durationNs, TimeUnit.NANOSECONDS);
  }

  @Test
  void afterAConnectThatFailedNoCallTriesWhetherTheHostIsThere() {
    Call call = call();
    assertThat(last().pauseNs()).isZero();
    assertThat(link.reachable()).isTrue();
    last().connection().closed();
    assertThat(call.unreachable).isTrue();
    assertThat(link.reachable()).isFalse();
    pass(TimeUnit.HOURS.toNanos(1));
    assertThat(link.reachable()).isFalse();
    connected();
    assertThat(link.reachable()).isTrue();
  }

  @Test
  void itConnectsByItselfWithLongerAndLongerPauses() {
    call();
    for (long mostNs : new long[] {100 * MS, 200 * MS, BACKOFF_MAX_NS, BACKOFF_MAX_NS}) {
      last().connection().closed();
      assertThat(last().pauseNs()).isBetween(mostNs / 2, mostNs);
    }
    assertThat(connects).hasSize(5);
    connected();
    assertThat(connects).hasSize(5);
  }

  @Test
  void aConnectionThatHeldAndBrokeIsMadeAgain() {
    call();
    HostConnection connection = connected();
    pass(1_001 * MS);
    connection.closed();
    assertThat(connects).hasSize(2);
    assertThat(last().pauseNs()).isZero();
  }

  @Test
  void aConnectionThatBrokeAtOnceIsMadeAgainByTheNextCall() {
    call();
    HostConnection connection = connected();
    pass(1_000 * MS);
    connection.closed();
    assertThat(connects).hasSize(1);
    assertThat(link.reachable()).isTrue();
    call();
    assertThat(connects).hasSize(2);
  }

  @Test
  void aConnectionThatTheHostEndedIsMadeAgainByTheNextCall() {
    call();
    HostConnection connection = connected();
    pass(TimeUnit.MINUTES.toNanos(1));
    connection.goingAway(connection.http2());
    // It may not close by itself.
    assertThat(((Line) connection.http2()).drained).isTrue();
    connection.closed();
    assertThat(connects).hasSize(1);
    assertThat(link.reachable()).isTrue();
  }

  @Test
  void aHostThatIsGoneFromTheConfigurationIsNotConnectedTo() {
    call();
    last().connection().closed();
    HostConnection waits = last().connection();
    assertThat(waits.wanted()).isTrue();
    link.close();
    assertThat(waits.wanted()).isFalse();
  }

  @Test
  void callsThatWaitForAHostThatIsGoneFromTheConfigurationAreTold() {
    Call call = call();
    link.close();
    last().connection().closed();
    assertThat(call.unreachable).isTrue();
    assertThat(connects).hasSize(1);
  }

  @Test
  void aConnectionMadeTooLateIsClosed() {
    Call call = call();
    link.close();
    Line line = new Line();
    last().connection().ready(line);
    assertThat(line.closed).isTrue();
    last().connection().closed();
    assertThat(call.unreachable).isTrue();
    assertThat(connects).hasSize(1);
  }

  @Test
  void moreCallsThanMayWaitAreCrowdedOutAtOnce() {
    for (int i = 0; i < QUEUE_MAX; i++) {
      assertThat(call().crowdedOut).isFalse();
    }
    Call oneMore = call();
    assertThat(oneMore.crowdedOut).isTrue();
    assertThat(oneMore.unreachable).isFalse();
  }

  @Test
  void openingACallThatEndsAnotherOpensTheNextAndNoneTwice() {
    Call first = call();
    Call second = call();
    Call third = call();
    first.onOpened = () -> finish(first);
    Line line = new Line();
    line.free = 2;
    last().connection().ready(line);
    assertThat(first.opened).isOne();
    assertThat(second.opened).isOne();
    assertThat(third.opened).isZero();
    line.free = 1;
    finish(second);
    assertThat(third.opened).isOne();
  }

  @Test
  void callsThatCameBeforeTheFirstConnectionGetAsManyAsThereMayBe() {
    link = link(2);
    call();
    Call second = call();
    connected(1);
    assertThat(second.opened).isZero();
    assertThat(connects).hasSize(2);
    connected(1);
    assertThat(second.opened).isOne();
  }

  @Test
  void aHostThatAllowsMoreStreamsGetsTheCallsThatWait() {
    call();
    Line line = new Line();
    line.free = 1;
    last().connection().ready(line);
    Call waits = call();
    assertThat(waits.opened).isZero();
    line.free = 1;
    last().connection().settingsChanged(line);
    assertThat(waits.opened).isOne();
  }

  @Test
  void aHostThatLeavesAfterAConnectFailedIsTriedAgain() {
    link = link(2);
    call();
    HostConnection connection = connected(1);
    Call waits = call();
    assertThat(connects).hasSize(2);
    last().connection().closed();
    assertThat(link.reachable()).isTrue();
    finish(waits);
    assertThat(connects).hasSize(2);
    connection.goingAway(connection.http2());
    assertThat(link.reachable()).isFalse();
    assertThat(connects).hasSize(3);
    assertThat(last().pauseNs()).isBetween(50 * MS, 100 * MS);
    connected();
    assertThat(link.reachable()).isTrue();
  }

  @Test
  void callsThatWaitWhenAHostLeavesGetAnotherConnection() {
    call();
    HostConnection connection = connected(1);
    Call waits = call();
    connection.goingAway(connection.http2());
    assertThat(connects).hasSize(2);
    assertThat(last().pauseNs()).isZero();
    connected();
    assertThat(waits.opened).isOne();
  }

  @Test
  void moreConnectionsThatFailAreNotTriedWithEveryCall() {
    link = link(2);
    call();
    connected(4);
    for (int i = 0; i < 4; i++) {
      call();
    }
    assertThat(connects).hasSize(2);
    last().connection().closed();
    call();
    call();
    assertThat(connects).hasSize(2);
    pass(100 * MS);
    call();
    call();
    assertThat(connects).hasSize(3);
  }

  @Test
  void callsThatAreOverTakeNoPlaceOfThoseThatWait() {
    call();
    connected(1);
    Call waits = call();
    for (int i = 0; i < 2 * QUEUE_MAX; i++) {
      Call left = call();
      assertThat(left.crowdedOut).isFalse();
      finish(left);
    }
    assertThat(waits.opened).isZero();
    assertThat(waits.crowdedOut).isFalse();
  }

  /** A connection that takes one call after the other. */
  private static final class Line implements Connection {
    boolean closed;
    boolean drained;
    int free = 100;

    @Override
    public int open(HeaderBlock headers, boolean endStream, StreamListener listener) {
      free--;
      return 1;
    }

    @Override
    public void sendHeaders(int streamId, HeaderBlock headers, boolean endStream) {}

    @Override
    public void sendData(int streamId, ByteBuf data, boolean endStream, int receiptBytes) {}

    @Override
    public void credit(int streamId, int byteCount) {}

    @Override
    public void reset(int streamId, long errorCode) {}

    @Override
    public int freeStreams() {
      return free;
    }

    @Override
    public int activeStreams() {
      return 1;
    }

    @Override
    public boolean usable() {
      return !closed && !drained;
    }

    @Override
    public void drain() {
      drained = true;
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public SocketAddress peer() {
      return new InetSocketAddress(0);
    }
  }

  /** A call that only wants a stream. */
  static class Call implements Attempt {
    boolean unreachable;
    boolean crowdedOut;
    int opened;
    Runnable onOpened = () -> {};

    @Override
    public HeaderBlock requestHeaders() {
      return new HeaderBlock();
    }

    @Override
    public boolean suits(HostConnection connection) {
      return true;
    }

    @Override
    public void onProbation(Probation.Trial trial) {}

    @Override
    public void opened(HostConnection connection, int streamId) {
      opened++;
      onOpened.run();
    }

    @Override
    public void unreachable() {
      unreachable = true;
    }

    @Override
    public void crowdedOut() {
      crowdedOut = true;
    }

    @Override
    public boolean single() {
      return true;
    }

    @Override
    public Shown shows() {
      throw new UnsupportedOperationException("its link does not ask");
    }

    @Override
    public int timedSlot() {
      return -1;
    }

    @Override
    public void headers(HeaderBlock block, boolean endStream) {}

    @Override
    public void data(ByteBuf data, boolean endStream) {}

    @Override
    public void sent(int receiptBytes) {}

    @Override
    public void reset(long errorCode, boolean unseen) {}
  }
}
