package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What fails on a loop for one connection ends that one alone. */
class LoopFailureTest {
  private static final int PING_BYTES = FrameFormat.HEADER_BYTES + FrameFormat.PING_BYTES;
  private static final int WAIT_MS_MAX = 10_000;

  /** For a frame of the connection's own, not for what frames are usually gathered in. */
  private static final int LITTLE_BYTES = 100;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel loop = EmbeddedChannel.builder().ticker(ticker).build();
  private final List<String> done = new ArrayList<>();

  /** A connection of which nothing is needed but what its loop does. */
  private LoopConnection connection(String name, boolean fails) {
    return (LoopConnection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {LoopConnection.class},
            (self, method, arguments) -> {
              if (method.getName().equals("hashCode")) {
                return System.identityHashCode(self);
              }
              boolean told = method.getName().equals("failed");
              done.add(name + " " + (told ? arguments[0] : method.getName()));
              if (fails && !told) {
                throw new ArithmeticException();
              }
              return null;
            });
  }

  @Test
  void aFlushThatFailsEndsNoOther() {
    Flusher flusher = new Flusher(loop.eventLoop(), 1, TestHeadroom.ample());
    for (int i = 0; i < 2; i++) {
      done.clear();
      flusher.add(connection("one", true));
      flusher.add(connection("two", false));
      loop.runPendingTasks();
      assertThat(done)
          .containsExactly("one flushNow", "one " + new ArithmeticException(), "two flushNow");
    }
  }

  @Test
  void aSweepThatFailsEndsNoOther() {
    Sweeper sweeper = new Sweeper(loop.eventLoop());
    sweeper.add(connection("one", true), true);
    sweeper.add(connection("two", false), true);
    for (int i = 0; i < 2; i++) {
      done.clear();
      ticker.advance(1, TimeUnit.SECONDS);
      loop.runScheduledPendingTasks();
      assertThat(done)
          .containsExactly("one sweep", "one " + new ArithmeticException(), "two sweep");
    }
  }

  @Test
  void callersAreToldFromHosts() {
    Sweeper sweeper = new Sweeper(loop.eventLoop());
    LoopConnection caller = connection("caller", false);
    LoopConnection host = connection("host", false);
    sweeper.add(caller, true);
    sweeper.add(host, false);
    assertThat(sweeper.callers()).hasSize(1);
    assertThat(sweeper.callers().getFirst()).isSameAs(caller);
    assertThat(sweeper.connections()).hasSize(2);
    sweeper.remove(caller);
    assertThat(sweeper.callers()).isEmpty();
  }

  private static byte[] pinged(Socket peer, DataInputStream from) throws IOException {
    ByteBuf ping = Unpooled.buffer(PING_BYTES);
    ping.writeMedium(FrameFormat.PING_BYTES)
        .writeByte(FrameFormat.PING)
        .writeByte(0)
        .writeInt(0)
        .writeLong(7);
    peer.getOutputStream().write(ping.array());
    byte[] answer = new byte[PING_BYTES];
    from.readFully(answer);
    return answer;
  }

  /** Begins a connection that has said all it has to say. */
  private static DataInputStream greet(Socket peer) throws IOException {
    peer.setSoTimeout(WAIT_MS_MAX);
    peer.getOutputStream().write(FrameWriter.PREFACE);
    peer.getOutputStream().write(new byte[] {0, 0, 0, FrameFormat.SETTINGS, 0, 0, 0, 0, 0});
    DataInputStream from = new DataInputStream(peer.getInputStream());
    while (true) {
      int length = from.readUnsignedShort() << Byte.SIZE | from.readUnsignedByte();
      int type = from.readUnsignedByte();
      int flags = from.readUnsignedByte();
      from.skipNBytes(Integer.BYTES + length);
      if (type == FrameFormat.SETTINGS && flags == FrameFormat.ACK) {
        return from;
      }
    }
  }

  /** Says goodbye with no buffer to be had that is larger than this. */
  private static void drain(Connection connection, TestMemory memory, int bytesMax) {
    memory.bytesMax = bytesMax;
    connection.drain();
    memory.bytesMax = TestMemory.AMPLE;
  }

  /** What becomes of writing to connections of a loop while there is no memory, and a little. */
  @Test
  void whatThereIsNoMemoryAtAllToWriteEndsItsConnection() throws Exception {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    EventLoop only = group.next();
    TestMemory memory = new TestMemory();
    AtomicInteger missed = new AtomicInteger();
    Headroom headroom = new Headroom(() -> 0, Long.MAX_VALUE, missed::incrementAndGet);
    Http2Transport transport =
        new Http2Transport(
            new LoopClock(Ticker.systemTicker()),
            new Flusher(only, Long.MAX_VALUE, headroom),
            new Sweeper(only));
    Ready ready = new Ready();
    Channel port =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerSocketChannel.class)
            .childOption(ChannelOption.ALLOCATOR, memory)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    transport.serve(channel, TestLimits.patient(), ready);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    int number = ((InetSocketAddress) port.localAddress()).getPort();
    try (Socket one = new Socket(InetAddress.getLoopbackAddress(), number);
        Socket two = new Socket(InetAddress.getLoopbackAddress(), number)) {
      DataInputStream fromOne = greet(one);
      DataInputStream fromTwo = greet(two);
      Connection first = ready.connections.remove();
      Connection second = ready.connections.remove();
      only.submit(() -> drain(first, memory, 0)).get();
      assertThat(fromOne.read()).isEqualTo(-1);
      int before = missed.get();
      assertThat(before).as("a roomy buffer, and a small one").isGreaterThan(1);
      assertThat(pinged(two, fromTwo)).endsWith(7);
      only.submit(() -> drain(second, memory, LITTLE_BYTES)).get();
      assertThat(fromTwo.read()).as("a frame begins").isZero();
      assertThat(missed).as("roomy ones").hasValueGreaterThan(before);
    } finally {
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    }
  }

  /** Has nothing to do with streams. */
  private static final class Ready implements ConnectionListener {
    final Queue<Connection> connections = new ConcurrentLinkedQueue<>();

    @Override
    public void ready(Connection connection) {
      connections.add(connection);
    }

    @Override
    public StreamListener accept(Connection connection, int streamId) {
      throw new UnsupportedOperationException("nobody opens one");
    }

    @Override
    public void refused(Connection connection) {}

    @Override
    public void goingAway(Connection connection) {}

    @Override
    public void closed() {}

    @Override
    public void violated(Connection connection, long errorCode) {}
  }
}
