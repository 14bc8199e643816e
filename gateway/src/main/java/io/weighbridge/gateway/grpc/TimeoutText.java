package io.weighbridge.gateway.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.util.AsciiString;

/**
 * Writes values of {@code grpc-timeout}, in milliseconds. Remembers the last one, for calls that
 * come together mostly have the same. Confined to an event loop.
 */
public final class TimeoutText {
  private static final long NS_PER_MS = 1_000_000L;

  /** Eight digits, which is what the specification allows. */
  private static final long MS_MAX = 99_999_999L;

  private long lastMs;
  private AsciiString last = AsciiString.EMPTY_STRING;

  /** The time left, rounded up, so that a host never gives up before we do. */
  public AsciiString of(long remainingNs) {
    long ms = Math.min(MS_MAX, Math.max(1, (remainingNs + NS_PER_MS - 1) / NS_PER_MS));
    if (ms != lastMs) {
      lastMs = ms;
      last = new AsciiString((ms + "m").getBytes(US_ASCII), false);
    }
    return last;
  }
}
