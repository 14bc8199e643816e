package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Notices that a peer is gone although its connection stands: it takes nothing we have for it, or
 * it is a server that owes answers and says nothing, not even when asked. Confined to its
 * connection's event loop.
 *
 * <pre>
 * Implementation notes: TCP's own timers miss a peer whose kernel, or some box on the way, still acknowledges. A gRPC
 * server ends connections that ping too often (gRFC A8): by default, a ping is one too many when the one before is less
 * than five minutes past, unless the server sent HEADERS or DATA since. So one is sent in each silence, and another after
 * five minutes of it.
 * </pre>
 */
final class Pulse {
  /** Looks come every second: one so late means that the loop stood still. */
  private static final long LATE_NS = TimeUnit.SECONDS.toNanos(2);

  static final long ASK_AGAIN_NS = TimeUnit.SECONDS.toNanos(310);

  private static final byte[] QUESTION = {'a', 'r', 'e', ' ', 'y', 'o', 'u', '?'};

  private final LeanConnection connection;
  private final FrameWriter writer;

  /** What the full socket had not taken at the last look, and since when it takes nothing. */
  private long untakenBytes;

  private long stuckSinceNs;
  private long lookedAtNs;

  /** Reads so far, and as the last look found them. */
  private int reads;

  private int readsSeen;
  private long silentSinceNs;

  private boolean spokeSinceAsked = true;
  private boolean asking;
  private long askedAtNs;

  Pulse(LeanConnection connection, FrameWriter writer) {
    this.connection = connection;
    this.writer = writer;
    lookedAtNs = connection.clock.nanoTime();
  }

  /** Bytes came, whatever they are. */
  void heard() {
    reads++;
  }

  /** HEADERS or DATA came. */
  void spoke() {
    spokeSinceAsked = true;
  }

  /** The socket has room again; more than it has may wait for it already. */
  void took() {
    stuckSinceNs = 0;
  }

  /** How much of the time since the last look we did not read, which is not the peer's silence. */
  long unreadNs(Channel channel, long nowNs) {
    long sinceNs = nowNs - lookedAtNs;
    lookedAtNs = nowNs;
    if (channel.config().isAutoRead() && sinceNs <= LATE_NS) {
      return 0;
    }
    heard();
    return sinceNs;
  }

  /** Looks, and asks if it is time to; false when nobody is there any more. */
  boolean beats(Channel channel, long nowNs) {
    return !stuck(channel, nowNs) && (connection.server || answers(nowNs));
  }

  private boolean stuck(Channel channel, long nowNs) {
    long before = untakenBytes;
    untakenBytes = untakenBytes(channel);
    if (channel.isWritable()) {
      stuckSinceNs = 0;
    } else if (stuckSinceNs == 0 || untakenBytes < before) {
      stuckSinceNs = nowNs;
    }
    return stuckSinceNs != 0 && nowNs - stuckSinceNs > connection.limits.writeStallNs();
  }

  private static long untakenBytes(Channel channel) {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    return waiting == null ? 0 : waiting.totalPendingWriteBytes() - waiting.currentProgress();
  }

  private boolean answers(long nowNs) {
    if (reads != readsSeen || connection.streams.size() == 0) {
      readsSeen = reads;
      silentSinceNs = nowNs;
      asking = false;
      return true;
    }
    long silenceNs = connection.limits.silenceNs();
    if (asking) {
      return nowNs - askedAtNs <= silenceNs;
    }
    boolean mayAsk = spokeSinceAsked || nowNs - askedAtNs >= ASK_AGAIN_NS;
    if (mayAsk && nowNs - silentSinceNs > silenceNs) {
      asking = true;
      spokeSinceAsked = false;
      askedAtNs = nowNs;
      writer.ping(QUESTION, false);
      connection.markDirty();
    }
    return true;
  }
}
