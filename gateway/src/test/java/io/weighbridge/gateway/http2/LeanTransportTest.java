package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.preface;
import static io.weighbridge.gateway.wire.Frames.settings;
import static io.weighbridge.gateway.wire.Frames.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import io.weighbridge.gateway.wire.RawPeer;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract, kept by our own transport without an exception. */
class LeanTransportTest
    implements FrameContract,
        FlowContract,
        FloodContract,
        SlowContract,
        CallContract,
        DrainContract,
        PauseContract {
  /** A field of HPACK's static table, which is one byte of a block. */
  private static final int ACCEPT_ENCODING = 16;

  @Override
  public Tested.Maker transport() {
    return LeanTested::new;
  }

  @Override
  public Map<String, String> deviations() {
    return Map.of();
  }

  /**
   * The socket is full whenever anybody looks, and yet the peer reads all the time. The transport
   * on Netty's handler is not asked: it resets such streams where the machine's socket buffers are
   * large, and keeps them where they are small.
   */
  @Test
  void peersThatReadSlowlyMayStay() throws Throwable {
    try (ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        EchoPort port = new EchoPort(transport(), TestLimits.impatientWithRoom());
        RawPeer peer = RawPeer.silent(port.address(), 64 << 10)) {
      Echo echo = port.echo();
      peer.send(preface(), settings(Frames.INITIAL_WINDOW_SIZE, Integer.MAX_VALUE));
      peer.send(windowUpdate(0, Integer.MAX_VALUE - 65_535));
      for (int i = 0; i < 10; i++) {
        peer.send(headers(2 * i + 1, Frames.END_STREAM, burst(2_000_000)));
      }
      var reading = pace.scheduleAtFixedRate(peer::next, 10, 10, TimeUnit.MILLISECONDS);
      await()
          .during(SlowContract.LONG_MS, TimeUnit.MILLISECONDS)
          .atMost(SlowContract.LONG_MS + 1_000, TimeUnit.MILLISECONDS)
          .untilAsserted(() -> assertThat(echo.resets).isEmpty());
      assertThat(port.queuedBytes()).isPositive();
      reading.cancel(true);
    }
  }

  /** What waits while memory is short is ended at once, by its peer's word and ours. */
  @Test
  void nothingWaitsWhileMemoryIsShort() {
    double[] used = new double[1];
    Headroom headroom = new Headroom(() -> used[0], 1, () -> {});
    Tested.Maker maker = (loop, bytesMax) -> new LeanTested(loop, bytesMax, headroom);
    try (EchoPort port = new EchoPort(maker, TestLimits.patient());
        RawPeer peer = port.peer(Frames.INITIAL_WINDOW_SIZE, 10)) {
      Echo echo = port.echo();
      peer.send(headers(1, Frames.END_STREAM, burst(11))).probe();
      assertThat(port.queuedBytes()).isEqualTo(1);
      used[0] = Headroom.SHORT_SHARE + 0.01;
      // It leaves at once, but not on a connection on which something waits.
      peer.send(headers(3, Frames.END_STREAM, burst(10)));
      peer.awaitReset(1, Frames.ENHANCE_YOUR_CALM);
      assertThat(peer.dataBytes(3)).isEqualTo(10);
      assertThat(echo.resets).containsExactly(ErrorCode.NO_ROOM);
      peer.send(headers(5, Frames.END_STREAM, burst(11)));
      peer.awaitReset(5, Frames.ENHANCE_YOUR_CALM);
      assertThat(port.queuedBytes()).isZero();
      used[0] = 0;
      peer.send(headers(7, Frames.END_STREAM, burst(11))).probe();
      assertThat(port.queuedBytes()).isEqualTo(1);
      assertThat(echo.resets).hasSize(2);
    }
  }

  /** A piece costs memory beyond its bytes, and many short ones cost little else. */
  @Test
  void shortPiecesCountForWhatTheyHold() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer(Frames.INITIAL_WINDOW_SIZE, 0)) {
      Echo echo = port.echo();
      byte[] frame = data(1, 0, (byte) 1);
      ByteBuffer frames = ByteBuffer.allocate(20_000 * frame.length);
      while (frames.hasRemaining()) {
        frames.put(frame);
      }
      peer.send(headers(1, 0, Hpack.request("/echo")), frames.array());
      peer.awaitReset(1, Frames.ENHANCE_YOUR_CALM);
      assertThat(echo.resets).containsExactly(ErrorCode.NO_ROOM);
      assertThat(echo.bytes.get()).isLessThan(TestLimits.QUEUED_MAX / Flusher.PIECE_BYTES + 100);
      assertThat(port.queuedBytes()).isZero();
    }
  }

  /** Data was on its way to many streams when we reset them. */
  @Test
  void remembersAsManyResetsAsThereMayBeStreams() {
    Http2Limits most = TestLimits.lenient(1_000);
    try (EchoPort port = new EchoPort(transport(), most);
        RawPeer peer = port.peer()) {
      for (int i = 0; i < 1_000; i++) {
        peer.send(headers(2 * i + 1, 0, Hpack.request("/reset")));
      }
      peer.awaitReset(1_999, Frames.PROTOCOL_ERROR);
      peer.send(data(1, 0, (byte) 1)).probe();
      assertThat(peer.seen().stream().filter(each -> each.is(Frames.RST_STREAM, 1))).hasSize(1);
    }
  }

  @Test
  void aServerThatIsNotReachedYetOwesNothing() {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    Echo events = new Echo(ByteBufAllocator.DEFAULT);
    Tested tested = transport().on(group.next(), EchoPort.LOOP_QUEUED_MAX);
    Channel connecting =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    tested.connect(channel, TestLimits.impatient(), events);
                  }
                })
            .register()
            .syncUninterruptibly()
            .channel();
    try {
      await()
          .during(LONG_MS, TimeUnit.MILLISECONDS)
          .atMost(LONG_MS + 1_000, TimeUnit.MILLISECONDS)
          .untilAsserted(() -> assertThat(events.violations).isEmpty());
    } finally {
      connecting.close().awaitUninterruptibly();
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    }
  }

  private static byte[] burst(int bytes) {
    return Frames.concat(
        Hpack.request("/burst"), Hpack.literal("x-bytes", Integer.toString(bytes)));
  }

  @Test
  void tellsOfStreamsRefused() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      Echo echo = port.echo();
      for (int i = 0; i < TestLimits.STREAMS_MAX + 2; i++) {
        peer.send(headers(2 * i + 1, 0, Hpack.request("/hold")));
      }
      peer.probe();
      assertThat(echo.refused).hasValue(2);
      peer.send(Frames.reset(1, Frames.CANCEL), block(1001, 1, TestLimits.HEADER_LIST_MAX + 100));
      peer.awaitHeaders(1001);
      assertThat(peer.lastHeaders().status()).hasToString("431");
      assertThat(echo.refused).hasValue(3);
    }
  }

  /** A connection that rests between calls keeps nothing of the last one. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void holdsNothingOfACallThatIsOver(boolean endsWithData) {
    try (CallingEnd end = new CallingEnd(transport(), TestLimits.patient()).exchangeSettings()) {
      WeakReference<Call> call = new WeakReference<>(answered(end, endsWithData));
      await()
          .until(() -> {
            System.gc();
            return call.refersTo(null);
          });
      assertThat(end.events.closed).hasValue(0);
    }
  }

  private static Call answered(CallingEnd end, boolean endsWithData) {
    Call call = end.call(true);
    end.server.send(headers(call.streamId, 0, CallContract.ANSWER));
    end.server.send(data(call.streamId, endsWithData ? Frames.END_STREAM : 0, new byte[1]));
    if (!endsWithData) {
      end.server.send(headers(call.streamId, Frames.END_STREAM, CallContract.TRAILERS));
    }
    await().until(() -> call.ends.get() == 1);
    return call;
  }

  /** Whoever gives the connection no credit has streams wait for it, also those it has reset. */
  @Test
  void holdsNothingOfStreamsThatAreOverBeforeTheyCouldBeAnswered() {
    int wide = 1 << 20;
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer(Frames.INITIAL_WINDOW_SIZE, wide)) {
      Echo echo = port.echo();
      peer.send(headers(1, Frames.END_STREAM, burst(FrameFormat.WINDOW_BYTES_DEFAULT + 1)));
      int last = 2 * (TestLimits.RESETS_MAX - 1) + 1;
      for (int stream = 3; stream <= last; stream += 2) {
        peer.send(
            headers(stream, Frames.END_STREAM, burst(1)), Frames.reset(stream, Frames.CANCEL));
      }
      peer.probe();
      assertThat(echo.streams).hasValue(TestLimits.RESETS_MAX);
      await().untilAsserted(() -> assertThat(echo.kept()).isLessThanOrEqualTo(4));
      peer.send(windowUpdate(0, wide), headers(last + 2, Frames.END_STREAM, burst(1)));
      peer.awaitData(last + 2, 1);
      peer.sawNoError();
    }
  }

  /** Headers that are no call are answered by a reset, as dear for us as one of the peer's. */
  @Test
  void cutsOffWhoseHeadersMakeItReset() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      Echo flooded = port.echo();
      for (int i = 0; i < 8 * TestLimits.RESETS_MAX && flooded.violations.isEmpty(); i++) {
        peer.send(headers(2 * i + 1, Frames.END_STREAM, Hpack.request("/reset")));
      }
      peer.awaitShutOut(Frames.ENHANCE_YOUR_CALM);
      assertThat(flooded.streams).hasValueLessThanOrEqualTo(2 * TestLimits.RESETS_MAX);
    }
  }

  /** What anybody can have us hold on one connection, to the byte. */
  @Test
  void holdsAHeaderBlockOfTwiceTheListAndNoByteMore() {
    int most = 2 * TestLimits.HEADER_LIST_MAX;
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      peer.send(block(1, 1, most));
      peer.awaitHeaders(1);
      assertThat(peer.lastHeaders().status()).hasToString("431");
      peer.send(block(3, 1, most + 1));
      peer.awaitShutOut(Frames.ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void holdsAHeaderBlockOfAsManyFramesAsThatNeeds() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      peer.send(block(1, 32, 300));
      peer.awaitHeaders(1);
      peer.send(block(3, 33, 300));
      peer.awaitShutOut(Frames.ENHANCE_YOUR_CALM);
    }
  }

  /** A request whose block has this many bytes, in at least as many frames. */
  private static byte[] block(int streamId, int framesMin, int bytes) {
    byte[] request = Hpack.request("/echo");
    byte[] all = Arrays.copyOf(request, bytes);
    Arrays.fill(all, request.length, bytes, Hpack.indexed(ACCEPT_ENCODING)[0]);
    int part = Math.min(Frames.MAX_PAYLOAD, bytes / framesMin);
    byte[] frames = new byte[0];
    int frame = 1;
    for (int at = 0; at < bytes; frame++) {
      int to = frame < framesMin || bytes - at > Frames.MAX_PAYLOAD ? at + part : bytes;
      int flags = (at == 0 ? Frames.END_STREAM : 0) | (to == bytes ? Frames.END_HEADERS : 0);
      int type = at == 0 ? Frames.HEADERS : Frames.CONTINUATION;
      frames =
          Frames.concat(
              frames, Frames.frame(type, flags, streamId, Arrays.copyOfRange(all, at, to)));
      at = to;
    }
    return frames;
  }
}
