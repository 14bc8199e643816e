package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection of ours fed bytes by hand, in time that stands still, and all it said about them.
 * What breaks it is thrown. Confined to one thread.
 */
final class HeardConnection implements ConnectionListener, AutoCloseable {
  private static final HeaderBlock REQUEST =
      HeaderBlock.of(AsciiString.of(":method"), AsciiString.of("POST"));
  private static final int OPENED_MAX = 3;
  private static final long SWEEP_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int SLACK_BYTES = 128 << 10;

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
  private final MockTicker ticker = Ticker.newMockTicker();
  private final Http2Limits limits;
  private final boolean server;
  private final EmbeddedChannel channel;
  private final Flusher flusher;
  private final List<String> said = new ArrayList<>();
  private final Map<Integer, HeardStream> streams = new TreeMap<>();
  private @Nullable LeanConnection connection;
  private int fedBytes;

  HeardConnection(boolean server, Http2Limits limits) {
    this.server = server;
    this.limits = limits;
    ticker.advance(1, TimeUnit.SECONDS);
    channel = EmbeddedChannel.builder().ticker(ticker).build();
    channel.config().setAllocator(allocator);
    flusher = new Flusher(channel.eventLoop(), Long.MAX_VALUE, TestHeadroom.ample());
    channel.pipeline().addLast(handler());
    connection().begin();
  }

  private ChannelHandler handler() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void handlerAdded(ChannelHandlerContext context) {
        Http2Transport transport =
            new Http2Transport(
                new LoopClock(ticker), flusher, new Sweeper(context.channel().eventLoop()));
        connection = new LeanConnection(context, server, limits, HeardConnection.this, transport);
      }

      @Override
      public void channelInactive(ChannelHandlerContext context) {
        connection().channelClosed();
      }
    };
  }

  private LeanConnection connection() {
    return Objects.requireNonNull(connection);
  }

  /** Takes in bytes as one read would. */
  void feed(byte[] bytes, int from, int length) {
    fedBytes += length;
    // A margin on both sides: an index taken from the buffer's start instead of its reader's shows.
    ByteBuf in = allocator.buffer(length + 2).writeByte(0).writeBytes(bytes, from, length);
    in.readByte();
    try {
      if (channel.isOpen()) {
        connection().read(in);
      }
    } finally {
      in.release();
    }
  }

  /** Does what the end of a loop's iteration does, and holds what is left against its bounds. */
  void flush() {
    channel.runPendingTasks();
    channel.releaseOutbound();
    channel.checkException();
    assertThat(connection().activeStreams()).isLessThanOrEqualTo(limits.streamsMax() + OPENED_MAX);
    assertThat(usedBytes()).as("bytes held").isLessThanOrEqualTo(fedBytes + SLACK_BYTES);
  }

  /** Lets the peer be silent for longer than it may. */
  void sweep() {
    for (long leftNs = 2 * limits.frameTimeoutNs(); leftNs > 0; leftNs -= SWEEP_NS) {
      ticker.advance(SWEEP_NS, TimeUnit.NANOSECONDS);
      connection().sweep(ticker.nanoTime());
    }
    flush();
  }

  /** What was heard, stream by stream, of those that the peer ended well with their data. */
  List<String> heard() {
    List<String> all = new ArrayList<>(said);
    streams.forEach((id, stream) -> all.add(id + ": " + stream.heard()));
    return all;
  }

  private long usedBytes() {
    return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
  }

  /** Ends the connection: nothing of it may be left. */
  @Override
  public void close() {
    channel.finishAndReleaseAll();
    channel.checkException();
    streams.values().forEach(HeardStream::assertOver);
    assertThat(connection().activeStreams()).isZero();
    assertThat(flusher.queuedBytes()).isZero();
    assertThat(usedBytes()).as("bytes leaked").isZero();
  }

  @Override
  public void ready(Connection ready) {
    said.add("ready");
    for (int i = 0; !server && i < OPENED_MAX; i++) {
      HeardStream stream = new HeardStream(ready, allocator, limits, true);
      int id = ready.open(REQUEST, i == 0, stream);
      if (id != NO_STREAM) {
        stream.is(id, i == 0);
        streams.put(id, stream);
      }
    }
  }

  private static final int NO_STREAM = Connection.NO_STREAM;

  @Override
  public StreamListener accept(Connection accepting, int streamId) {
    HeardStream stream = new HeardStream(accepting, allocator, limits, false);
    stream.is(streamId, false);
    assertThat(streams.put(streamId, stream)).as("stream opened twice").isNull();
    return stream;
  }

  @Override
  public void goingAway(Connection leaving) {
    said.add("going away");
  }

  @Override
  public void closed() {
    assertThat(said).doesNotContain("closed");
    said.add("closed");
  }

  @Override
  public void refused(Connection by) {
    // How the others go on shows whether it was right.
  }

  @Override
  public void violated(Connection by, long errorCode) {
    assertThat(said.stream().filter(each -> each.startsWith("violated"))).isEmpty();
    said.add("violated " + errorCode);
  }
}
