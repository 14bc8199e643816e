package io.weighbridge.gateway.http2;

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
  static final long ASK_AGAIN_NS = TimeUnit.SECONDS.toNanos(310);

  private static final byte[] QUESTION = {'a', 'r', 'e', ' ', 'y', 'o', 'u', '?'};

  private final LeanConnection connection;
  private final FrameWriter writer;
  private long unwritableSinceNs;

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
  }

  /** Bytes came, whatever they are. */
  void heard() {
    reads++;
  }

  /** HEADERS or DATA came. */
  void spoke() {
    spokeSinceAsked = true;
  }

  /** Looks, and asks if it is time to; false when nobody is there any more. */
  boolean beats(boolean writable, long nowNs) {
    if (writable) {
      unwritableSinceNs = 0;
    } else if (unwritableSinceNs == 0) {
      unwritableSinceNs = nowNs;
    }
    boolean stuck = !writable && nowNs - unwritableSinceNs > connection.limits.writeStallNs();
    return !stuck && (connection.server || answers(nowNs));
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
