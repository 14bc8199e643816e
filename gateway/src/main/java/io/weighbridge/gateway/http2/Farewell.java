package io.weighbridge.gateway.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/**
 * How far a connection has come in saying goodbye (RFC 9113 section 6.8). Confined to its
 * connection's event loop.
 *
 * <p>In two steps: first only the warning; the last stream is named when the peer has answered the
 * ping behind it, so that no stream already on its way is lost.
 */
final class Farewell {
  private static final byte[] PING = "drain it".getBytes(US_ASCII);

  private enum Step {
    NONE,
    /** Streams may still be on their way to us. */
    WARNED,
    /** The last stream is named; those open go on. */
    SAID,
    /** Nothing is open: the peer may close first. */
    DONE
  }

  private final FrameWriter writer;
  private Step step = Step.NONE;
  private long sinceNs;

  Farewell(FrameWriter writer) {
    this.writer = writer;
  }

  /** Nothing was said yet. */
  boolean staying() {
    return step == Step.NONE;
  }

  /** The last stream was named. */
  boolean said() {
    return step == Step.SAID || step == Step.DONE;
  }

  void warn(long nowNs) {
    step = Step.WARNED;
    sinceNs = nowNs;
    writer.goAway(Integer.MAX_VALUE, ErrorCode.NO_ERROR, "");
    writer.ping(PING, false);
  }

  /** Whether an answered ping is the one behind the warning. */
  boolean heard(byte[] ping) {
    return step == Step.WARNED && Arrays.equals(ping, 0, PING.length, PING, 0, PING.length);
  }

  /** Whether the peer has left the warning unanswered for too long. */
  boolean unheard(long nowNs) {
    return step == Step.WARNED && nowNs - sinceNs >= Connection.GOODBYE_NS_MAX;
  }

  void say(int lastStreamId) {
    step = Step.SAID;
    writer.goAway(lastStreamId, ErrorCode.NO_ERROR, "");
  }

  /** Looks whether nothing is open any more, and the peer had its time to close. */
  boolean over(int openStreams, long nowNs) {
    if (step == Step.SAID && openStreams == 0) {
      step = Step.DONE;
      sinceNs = nowNs;
    }
    return step == Step.DONE && nowNs - sinceNs >= Connection.GOODBYE_NS_MAX;
  }
}
