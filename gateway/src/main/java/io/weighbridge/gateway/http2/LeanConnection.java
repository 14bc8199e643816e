package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * {@link Connection} of our own: a table of streams, credit as plain numbers, frames written into
 * one buffer per loop iteration. Confined to its event loop.
 *
 * <p>This half sends and ends; {@link Receiver} judges what comes.
 */
final class LeanConnection implements LoopConnection {
  final boolean server;
  final Http2Limits limits;
  final LoopClock clock;
  final ConnectionListener listener;
  private final Flusher flusher;
  private final Channel channel;
  private final FrameWriter writer;
  private final Outbox outbox;
  final StreamTable streams = new StreamTable();
  final StreamIds ids;
  final Pulse pulse;
  private final Farewell farewell;
  private final Answers answers;
  private final PeerSettings peerSettings;
  private final Receiver receiver;
  private final FrameReader reader;
  private boolean begun;
  private boolean dirty;
  private boolean broken;
  private boolean closed;
  private boolean peerReady;
  private boolean peerLeaving;
  private int peerLastStream = Integer.MAX_VALUE;

  LeanConnection(
      ChannelHandlerContext context,
      boolean server,
      Http2Limits limits,
      ConnectionListener listener,
      Http2Transport transport) {
    this.server = server;
    this.limits = limits;
    clock = transport.clock();
    this.listener = listener;
    flusher = transport.flusher();
    Scratch scratch = transport.scratch();
    channel = context.channel();
    writer = new FrameWriter(context, new HeaderEncoder(scratch), flusher.headroom());
    ids = new StreamIds(server, limits.streamsMax());
    farewell = new Farewell(writer);
    pulse = new Pulse(this, writer);
    answers = new Answers(channel, writer, ids);
    outbox = new Outbox(this, channel, writer, flusher);
    peerSettings = new PeerSettings(server, writer, outbox, streams);
    receiver = new Receiver(this, answers, peerSettings, scratch);
    reader = new FrameReader(receiver, scratch, server, limits.headerListBytesMax(), clock);
  }

  /** Takes in what the peer sent. Borrows {@code in}. */
  void read(ByteBuf in) {
    pulse.heard();
    reader.read(in);
  }

  /** The channel carries bytes: says who we are (RFC 9113 section 3.4). */
  void begin() {
    if (!begun) {
      begun = true;
      reader.begin();
      writer.greet(server, limits);
      markDirty();
    }
  }

  /** Something is to be sent, or can be sent again. */
  void markDirty() {
    if (!dirty) {
      dirty = true;
      flusher.add(this);
    }
  }

  @Override
  public void flushNow() {
    dirty = false;
    if (!closed && begun) {
      outbox.pump();
      writer.flush(channel.isWritable());
    }
  }

  @Override
  public int open(HeaderBlock headers, boolean endStream, StreamListener streamListener) {
    if (!usable() || freeStreams() <= 0 || ids.usedUp()) {
      return NO_STREAM;
    }
    int id = ids.takeNext();
    LeanStream stream = add(id, streamListener);
    stream.weEnded = endStream;
    stream.endSent = endStream;
    writer.headers(id, headers, endStream);
    markDirty();
    return id;
  }

  @Override
  public void sendHeaders(int streamId, HeaderBlock headers, boolean endStream) {
    LeanStream stream = streams.get(streamId);
    if (stream == null || stream.weEnded) {
      return;
    }
    stream.weEnded = endStream;
    outbox.headers(stream, headers, endStream);
    markDirty();
  }

  @Override
  public void sendData(int streamId, ByteBuf data, boolean endStream, int receiptBytes) {
    LeanStream stream = streams.get(streamId);
    if (stream == null || stream.weEnded) {
      data.release();
      return;
    }
    stream.weEnded = endStream;
    outbox.data(stream, data, endStream, receiptBytes);
    markDirty();
    if (outbox.overBudget(limits.queuedBytesMax())) {
      // Much of it usually leaves with the next flush: only what stays after it counts.
      flushNow();
      boolean still = outbox.overBudget(limits.queuedBytesMax());
      LeanStream stuck = still ? streams.longestStalled() : null;
      if (stuck != null) {
        abort(stuck, ErrorCode.ENHANCE_YOUR_CALM, ErrorCode.NO_ROOM);
      }
    }
  }

  /** The last of what the stream had to send was written. */
  void endSent(LeanStream stream) {
    stream.endSent = true;
    if (stream.peerEnded) {
      remove(stream, StreamIds.End.FINISHED);
    } else if (stream.resetWhenSent) {
      writer.resetStream(stream.id, ErrorCode.NO_ERROR);
      remove(stream, StreamIds.End.RESET_BY_US);
    }
  }

  @Override
  public void credit(int streamId, int byteCount) {
    LeanStream stream = streams.get(streamId);
    if (stream == null) {
      return;
    }
    int increment = stream.credited(byteCount, limits.streamWindowBytes());
    if (increment > 0) {
      writer.windowUpdate(streamId, increment);
      markDirty();
    }
  }

  /** Gives the peer credit for data of all streams together. */
  void connectionCredit(int byteCount) {
    writer.windowUpdate(0, byteCount);
    markDirty();
  }

  @Override
  public void reset(int streamId, long errorCode) {
    LeanStream stream = streams.get(streamId);
    if (stream == null) {
      return;
    }
    if (errorCode == ErrorCode.NO_ERROR && stream.weEnded && !stream.endSent) {
      // The answer is complete but waits for the peer: only the rest of the request is unwanted.
      stream.resetWhenSent = true;
      return;
    }
    writer.resetStream(streamId, errorCode);
    remove(stream, StreamIds.End.RESET_BY_US);
    markDirty();
    if (server && errorCode != ErrorCode.NO_ERROR) {
      answers.count();
      receiver.answered();
    }
  }

  /** Ends a stream because its peer does not do its part; its listener is told why. */
  void abort(LeanStream stream, long errorCode, long why) {
    answers.reset(stream.id, errorCode);
    remove(stream, StreamIds.End.RESET_BY_US);
    stream.listener.reset(why, false);
    answered();
  }

  /** Something was answered because the peer sent a frame. */
  void answered() {
    if (answers.tooMany()) {
      shutOut(ErrorCode.ENHANCE_YOUR_CALM, "answers are not read");
    }
    markDirty();
  }

  private void remove(LeanStream stream, StreamIds.End how) {
    streams.remove(stream.id);
    stream.closed = true;
    outbox.drop(stream);
    ids.ended(stream.id, how);
  }

  /** The peer opens a stream; false when it came after the last one we said we would look at. */
  boolean opens(int streamId) {
    if (farewell.said()) {
      ids.passedOver(streamId);
      return false;
    }
    ids.taken(streamId);
    return true;
  }

  LeanStream accept(int streamId) {
    return add(streamId, listener.accept(this, streamId));
  }

  private LeanStream add(int streamId, StreamListener owner) {
    LeanStream stream =
        new LeanStream(streamId, owner, limits.streamWindowBytes(), peerSettings.windowBytes());
    streams.add(stream);
    return stream;
  }

  /** The peer ends its side; its place is free before the listener hears, who may want it. */
  void peerEnded(LeanStream stream) {
    stream.peerEnded = true;
    if (stream.endSent) {
      remove(stream, StreamIds.End.FINISHED);
    }
  }

  /** The peer has reset the stream. */
  void peerReset(LeanStream stream, long errorCode) {
    remove(stream, StreamIds.End.RESET_BY_PEER);
    stream.listener.reset(errorCode, errorCode == ErrorCode.REFUSED_STREAM);
  }

  /** The peer widened a stream's window, or with null the connection's; false when too wide. */
  boolean widen(@Nullable LeanStream stream, int increment) {
    markDirty();
    return stream == null ? outbox.widen(increment) : outbox.widen(stream, increment);
  }

  /** The peer's settings are known. */
  void settled() {
    if (!peerReady) {
      peerReady = true;
      listener.ready(this);
    } else {
      listener.settingsChanged(this);
    }
  }

  void pingAnswered(byte[] payload) {
    if (farewell.heard(payload)) {
      nameLastStream();
    }
  }

  void goAwayReceived(int lastStreamId) {
    if (!server && lastStreamId > peerLastStream) {
      // Calls it said it had not seen may be running elsewhere by now (RFC 9113 section 6.8).
      shutOut(ErrorCode.PROTOCOL_ERROR, "a last stream that rises");
      return;
    }
    peerLeaving = true;
    if (!server) {
      peerLastStream = lastStreamId;
      lose(lastStreamId);
    }
    listener.goingAway(this);
  }

  /** Streams above this id will not be finished. */
  private void lose(int lastStreamId) {
    for (LeanStream stream : streams.all()) {
      if (stream.id > lastStreamId && !stream.closed) {
        boolean unseen = stream.id > peerLastStream;
        remove(stream, StreamIds.End.RESET_BY_PEER);
        stream.listener.reset(
            unseen ? ErrorCode.REFUSED_STREAM : ErrorCode.CONNECTION_LOST, unseen);
      }
    }
  }

  // Ends.

  /** Whether frames are still read. */
  boolean reading() {
    return !broken && !closed;
  }

  /** The peer broke the protocol or a limit: says so and closes (RFC 9113 section 5.4.1). */
  void shutOut(long errorCode, String why) {
    if (!reading()) {
      return;
    }
    broken = true;
    listener.violated(this, errorCode);
    writer.goAway(ids.lastTaken(), errorCode, why);
    writer.flushAndClose();
  }

  @Override
  public void drain() {
    boolean stays = reading() && farewell.staying();
    if (stays && server && begun) {
      farewell.warn(clock.nanoTime());
      markDirty();
    } else if (stays) {
      nameLastStream();
    }
  }

  private void nameLastStream() {
    farewell.say(ids.lastTaken());
    markDirty();
  }

  @Override
  public void close() {
    var _ = channel.close();
  }

  @Override
  public void failed(Throwable cause) {
    channel.pipeline().fireExceptionCaught(cause);
  }

  /** The channel has ended: every stream hears of it, then the listener. */
  void channelClosed() {
    if (closed) {
      return;
    }
    closed = true;
    lose(0);
    writer.release();
    listener.closed();
  }

  @Override
  public void sweep(long nowNs) {
    reader.excuse(pulse.unreadNs(channel, nowNs));
    long owedSinceNs = reader.waitingSinceNs();
    if (owedSinceNs != 0 && nowNs - owedSinceNs > limits.frameTimeoutNs()) {
      // It costs nobody else anything, and may be the network: no flood.
      shutOut(ErrorCode.PROTOCOL_ERROR, "frame took too long");
    }
    if (farewell.unheard(nowNs)) {
      nameLastStream();
    } else if (farewell.over(streams.size(), nowNs) && reading()) {
      broken = true;
      writer.flushAndClose();
    }
    if (!pulse.beats(channel, nowNs)) {
      close();
      return;
    }
    for (LeanStream stream : streams.all()) {
      if (!stream.closed && outbox.shutOff(stream, limits.writeStallNs(), nowNs)) {
        abort(stream, ErrorCode.CANCEL, ErrorCode.STALLED);
      }
    }
  }

  @Override
  public int freeStreams() {
    return peerSettings.streamsMax() - streams.size();
  }

  @Override
  public int activeStreams() {
    return streams.size();
  }

  @Override
  public boolean usable() {
    return peerReady && !peerLeaving && !broken && !closed && farewell.staying();
  }

  @Override
  public SocketAddress peer() {
    return channel.remoteAddress();
  }
}
