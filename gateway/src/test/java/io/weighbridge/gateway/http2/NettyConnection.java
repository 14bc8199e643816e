package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.Ticker;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Connection} on Netty's {@code Http2ConnectionHandler}. Confined to its event loop.
 *
 * <p>Netty keeps the streams; this class hangs an {@link OpenStream} on each and looks it up by id.
 */
// A write that fails ends its stream or connection, which is heard as such: the futures tell
// nothing more.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyConnection implements LoopConnection {

  private final Http2Connection http2;
  private final Http2Connection.PropertyKey streamKey;
  private final Flusher flusher;
  private final ConnectionListener listener;
  private final Http2Limits limits;

  private @Nullable Http2ConnectionHandler handler;
  private @Nullable ChannelHandlerContext context;
  private boolean dirty;
  private long queuedBytes;
  private boolean settingsSeen;
  private boolean ending;
  private @Nullable Goodbye goodbye;

  /** Highest stream the peer will look at, once it said goodbye. */
  private int goAwayLastStream = Integer.MAX_VALUE;

  NettyConnection(
      Http2Connection http2, Flusher flusher, Http2Limits limits, ConnectionListener listener) {
    this.http2 = http2;
    this.streamKey = http2.newKey();
    this.flusher = flusher;
    this.limits = limits;
    this.listener = listener;
  }

  Http2Limits limits() {
    return limits;
  }

  void attach(Http2ConnectionHandler newHandler, ChannelHandlerContext newContext) {
    handler = newHandler;
    context = newContext;
  }

  /** Widens the connection's window from the protocol's 64 KiB to ours. */
  private void widenWindow() {
    Http2LocalFlowController flow = handler().decoder().flowController();
    Http2Stream all = http2.connectionStream();
    int more = limits.connectionWindowBytes() - flow.windowSize(all);
    if (more <= 0) {
      return;
    }
    try {
      flow.incrementWindowSize(all, more);
      markDirty();
    } catch (Http2Exception e) {
      handler().onError(context(), true, e);
    }
  }

  private Http2ConnectionHandler handler() {
    if (handler == null) {
      throw new IllegalStateException("connection used before its channel was ready");
    }
    return handler;
  }

  ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("connection used before its channel was ready");
    }
    return context;
  }

  /** Highest stream of the peer's that was looked at. */
  int lastPeerStream() {
    return http2.remote().lastStreamCreated();
  }

  /** Our memory of a stream, or null when it is unknown or over. */
  @Nullable OpenStream stream(int streamId) {
    Http2Stream stream = http2.stream(streamId);
    return stream == null ? null : (OpenStream) stream.getProperty(streamKey);
  }

  @Nullable OpenStream accept(int streamId) {
    Http2Stream stream = http2.stream(streamId);
    if (stream == null) {
      return null;
    }
    OpenStream open = new OpenStream(listener.accept(this, streamId));
    stream.setProperty(streamKey, open);
    return open;
  }

  private void markDirty() {
    if (!dirty) {
      dirty = true;
      flusher.add(this);
    }
  }

  @Override
  public void flushNow() {
    dirty = false;
    if (context().channel().isActive()) {
      handler().flush(context());
    }
  }

  @Override
  public int open(HeaderBlock headers, boolean endStream, StreamListener streamListener) {
    if (!usable() || freeStreams() <= 0) {
      return NO_STREAM;
    }
    int id = http2.local().incrementAndGetNextStreamId();
    if (id < 0) {
      return NO_STREAM;
    }
    handler()
        .encoder()
        .writeHeaders(
            context(), id, NettyHeaders.wire(headers), 0, endStream, context().newPromise());
    Http2Stream stream = http2.stream(id);
    if (stream == null) {
      return NO_STREAM;
    }
    OpenStream open = new OpenStream(streamListener);
    open.weEnded = endStream;
    stream.setProperty(streamKey, open);
    markDirty();
    return id;
  }

  @Override
  public void sendHeaders(int streamId, HeaderBlock headers, boolean endStream) {
    OpenStream open = stream(streamId);
    if (open == null || open.weEnded) {
      return;
    }
    open.weEnded = endStream;
    handler()
        .encoder()
        .writeHeaders(
            context(), streamId, NettyHeaders.wire(headers), 0, endStream, context().newPromise());
    markDirty();
  }

  @Override
  public void sendData(int streamId, ByteBuf data, boolean endStream, int receiptBytes) {
    OpenStream open = stream(streamId);
    if (open == null || open.weEnded) {
      data.release();
      return;
    }
    open.weEnded = endStream;
    Http2Stream stream = http2.stream(streamId);
    handler()
        .encoder()
        .flowController()
        .addFlowControlled(
            stream, new PendingSend(this, open, stream, data, endStream, receiptBytes));
    if (queuedBytes > limits.queuedBytesMax() || flusher.overBudget()) {
      // Most of it usually leaves at the next flush: only what stays after it counts.
      flushNow();
      if (queuedBytes > limits.queuedBytesMax() || flusher.overBudget()) {
        resetLongestStalled();
      }
    }
    markDirty();
  }

  @Override
  public void credit(int streamId, int byteCount) {
    Http2Stream stream = http2.stream(streamId);
    if (stream == null) {
      return;
    }
    try {
      int unconsumed = handler().decoder().flowController().unconsumedBytes(stream);
      int given = Math.min(byteCount, unconsumed);
      if (given > 0 && handler().decoder().flowController().consumeBytes(stream, given)) {
        markDirty();
      }
    } catch (Http2Exception e) {
      handler().onError(context(), true, e);
    }
  }

  @Override
  public void reset(int streamId, long errorCode) {
    OpenStream open = stream(streamId);
    if (open != null) {
      open.told = true;
      handler().resetStream(context(), streamId, errorCode, context().newPromise());
      markDirty();
    }
  }

  @Override
  public int freeStreams() {
    return http2.local().maxActiveStreams() - http2.local().numActiveStreams();
  }

  @Override
  public int activeStreams() {
    return http2.numActiveStreams();
  }

  @Override
  public boolean usable() {
    return settingsSeen && !ending && !http2.goAwayReceived() && !http2.goAwaySent();
  }

  @Override
  public void drain() {
    if (!ending && goodbye == null && context != null) {
      goodbye = new Goodbye(this, http2);
      goodbye.begin(Ticker.systemTicker().nanoTime());
    }
  }

  void sendGoAway(int lastStreamId) {
    handler()
        .goAway(
            context(),
            lastStreamId,
            Http2Error.NO_ERROR.code(),
            Unpooled.EMPTY_BUFFER,
            context().newPromise());
    markDirty();
  }

  void sendPing(long payload) {
    handler().encoder().writePing(context(), false, payload, context().newPromise());
    markDirty();
  }

  @Override
  public void failed(Throwable cause) {
    context().channel().pipeline().fireExceptionCaught(cause);
  }

  void closeInOrder() {
    context().close();
  }

  @Override
  public void close() {
    if (context != null) {
      // Past the HTTP/2 handler, which would wait for streams.
      context().channel().unsafe().close(context().channel().voidPromise());
    }
  }

  @Override
  public SocketAddress peer() {
    return context().channel().remoteAddress();
  }

  // Data waiting to be sent.

  Http2ConnectionEncoder encoder() {
    return handler().encoder();
  }

  void localSideDone(Http2Stream stream) {
    handler().closeStreamLocal(stream, context().newSucceededFuture());
  }

  void queued(OpenStream open, int byteCount) {
    if (open.queuedBytes == 0) {
      open.stalledSinceNs = Ticker.systemTicker().nanoTime();
    }
    open.queuedBytes += byteCount;
    queuedBytes += byteCount;
    flusher.queued(byteCount);
  }

  void dequeued(OpenStream open, int byteCount) {
    open.queuedBytes -= byteCount;
    queuedBytes -= byteCount;
    flusher.queued(-byteCount);
    if (open.queuedBytes > 0) {
      open.stalledSinceNs = Ticker.systemTicker().nanoTime();
    }
  }

  /** Over budget: the stream that has been stuck longest pays. */
  private void resetLongestStalled() {
    Http2Stream victim = null;
    long sinceNs = Long.MAX_VALUE;
    for (Http2Stream stream : activeStreamList()) {
      OpenStream open = stream.getProperty(streamKey);
      if (open != null && open.queuedBytes > 0 && open.stalledSinceNs < sinceNs) {
        victim = stream;
        sinceNs = open.stalledSinceNs;
      }
    }
    if (victim != null) {
      abort(victim, ErrorCode.ENHANCE_YOUR_CALM, ErrorCode.NO_ROOM);
    }
  }

  private List<Http2Stream> activeStreamList() {
    List<Http2Stream> streams = new ArrayList<>(http2.numActiveStreams());
    try {
      http2.forEachActiveStream(stream -> {
        streams.add(stream);
        return true;
      });
    } catch (Http2Exception e) {
      handler().onError(context(), true, e);
    }
    return streams;
  }

  /** Ends a stream because its peer does not do its part; its listener is told. */
  private void abort(Http2Stream stream, long errorCode, long why) {
    OpenStream open = stream.getProperty(streamKey);
    handler().resetStream(context(), stream.id(), errorCode, context().newPromise());
    if (open != null && !open.told) {
      open.told = true;
      open.listener.reset(why, false);
    }
    markDirty();
  }

  /** Looks for peers that do not do their part: take what waits for them, answer a goodbye. */
  @Override
  public void sweep(long nowNs) {
    ((NettyHandler) handler()).sweep(nowNs);
    if (goodbye != null) {
      goodbye.sweep(nowNs);
    }
    if (queuedBytes == 0) {
      return;
    }
    for (Http2Stream stream : activeStreamList()) {
      OpenStream open = stream.getProperty(streamKey);
      if (open != null
          && open.queuedBytes > 0
          && nowNs - open.stalledSinceNs > limits.writeStallNs()) {
        abort(stream, ErrorCode.CANCEL, ErrorCode.STALLED);
      }
    }
  }

  // Events from the frame side.

  void settingsReceived() {
    if (!settingsSeen) {
      settingsSeen = true;
      widenWindow();
      listener.ready(this);
    } else {
      listener.settingsChanged(this);
    }
  }

  void pingAnswered(long payload) {
    if (goodbye != null) {
      goodbye.pingAnswered(payload, Ticker.systemTicker().nanoTime());
    }
  }

  void goAwayReceived(int lastStreamId) {
    goAwayLastStream = lastStreamId;
    listener.goingAway(this);
  }

  void streamClosed(Http2Stream stream) {
    OpenStream open = stream.getProperty(streamKey);
    if (open != null && !open.told && !(open.peerEnded && open.weEnded)) {
      open.told = true;
      boolean unseen = http2.local().isValidStreamId(stream.id()) && stream.id() > goAwayLastStream;
      open.listener.reset(unseen ? ErrorCode.REFUSED_STREAM : ErrorCode.CONNECTION_LOST, unseen);
    }
  }

  void violated(long errorCode) {
    listener.violated(this, errorCode);
  }

  void channelClosed() {
    if (!ending) {
      ending = true;
      listener.closed();
    }
  }
}
