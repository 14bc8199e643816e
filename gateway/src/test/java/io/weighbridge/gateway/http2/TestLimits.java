package io.weighbridge.gateway.http2;

import java.util.concurrent.TimeUnit;

/** Limits small enough to be reached in a test. */
final class TestLimits {
  static final int STREAMS_MAX = 100;
  static final int STREAM_WINDOW = 64 << 10;
  static final int CONNECTION_WINDOW = 1 << 20;
  static final int HEADER_LIST_MAX = 16 << 10;
  static final int RESETS_MAX = 500;
  static final int CONTROL_FRAMES_MAX = 2_000;
  static final int QUEUED_MAX = 1 << 20;

  private static final long LONG_NS = TimeUnit.SECONDS.toNanos(30);
  private static final long SHORT_NS = TimeUnit.SECONDS.toNanos(1);

  private static final long UNEASY_NS = TimeUnit.MILLISECONDS.toNanos(300);

  private TestLimits() {}

  /** Nothing runs into a timeout. */
  static Http2Limits patient() {
    return with(QUEUED_MAX, LONG_NS, LONG_NS);
  }

  /** Slow peers are given up after a second. */
  static Http2Limits impatient() {
    return with(QUEUED_MAX, SHORT_NS, SHORT_NS);
  }

  /** The same, with room for more than a socket takes. */
  static Http2Limits impatientWithRoom() {
    return with(64 * QUEUED_MAX, SHORT_NS, SHORT_NS);
  }

  /** A server that owes an answer may be silent for as long as it takes to look again. */
  static Http2Limits soonUneasy() {
    return with(QUEUED_MAX, LONG_NS, UNEASY_NS);
  }

  private static Http2Limits with(long queuedBytesMax, long slowNs, long silenceNs) {
    return new Http2Limits(
        STREAMS_MAX,
        STREAM_WINDOW,
        CONNECTION_WINDOW,
        HEADER_LIST_MAX,
        RESETS_MAX,
        CONTROL_FRAMES_MAX,
        queuedBytesMax,
        slowNs,
        slowNs,
        silenceNs);
  }

  /** As many resets and control frames as anybody likes. */
  static Http2Limits lenient() {
    return lenient(STREAMS_MAX);
  }

  /** The same, with so many streams. */
  static Http2Limits lenient(int streamsMax) {
    return new Http2Limits(
        streamsMax,
        STREAM_WINDOW,
        CONNECTION_WINDOW,
        HEADER_LIST_MAX,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        QUEUED_MAX,
        LONG_NS,
        LONG_NS,
        LONG_NS);
  }
}
