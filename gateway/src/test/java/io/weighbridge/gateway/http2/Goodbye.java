package io.weighbridge.gateway.http2;

import io.netty.handler.codec.http2.Http2Connection;

/** How far a connection has come with {@link Connection#drain}. Confined to its event loop. */
final class Goodbye {
  /** Told apart from any other answered ping: the ASCII of "goodbye". */
  static final long PING = 0x00_67_6f_6f_64_62_79_65L;

  private enum Step {
    /** Streams may still be on their way to us. */
    WARNED,
    /** The last stream is named; those open go on. */
    NAMED,
    /** Nothing is open: the peer may close first. */
    DONE
  }

  private final NettyConnection connection;
  private final Http2Connection http2;
  private Step step = Step.WARNED;
  private long sinceNs;

  Goodbye(NettyConnection connection, Http2Connection http2) {
    this.connection = connection;
    this.http2 = http2;
  }

  void begin(long nowNs) {
    sinceNs = nowNs;
    if (http2.isServer()) {
      connection.sendGoAway(Integer.MAX_VALUE);
      connection.sendPing(PING);
    } else {
      // Nobody opens streams to us: there is none to wait for.
      nameLastStream(nowNs);
    }
  }

  void pingAnswered(long payload, long nowNs) {
    if (step == Step.WARNED && payload == PING) {
      nameLastStream(nowNs);
    }
  }

  private void nameLastStream(long nowNs) {
    enter(Step.NAMED, nowNs);
    connection.sendGoAway(connection.lastPeerStream());
  }

  private void enter(Step next, long nowNs) {
    step = next;
    sinceNs = nowNs;
  }

  void sweep(long nowNs) {
    boolean waitedEnough = nowNs - sinceNs >= Connection.GOODBYE_NS_MAX;
    switch (step) {
      case WARNED -> {
        if (waitedEnough) {
          nameLastStream(nowNs);
        }
      }
      case NAMED -> {
        if (http2.numActiveStreams() == 0) {
          enter(Step.DONE, nowNs);
        }
      }
      case DONE -> {
        if (waitedEnough) {
          connection.closeInOrder();
        }
      }
    }
  }
}
