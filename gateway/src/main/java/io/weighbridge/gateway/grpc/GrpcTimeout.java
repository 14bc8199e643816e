package io.weighbridge.gateway.grpc;

import io.netty.util.AsciiString;

/** Reads {@code grpc-timeout}: one to eight digits and a unit (gRPC over HTTP/2, "Timeout"). */
public final class GrpcTimeout {
  /** The field is there but is not a timeout: the call fails, it never runs without a deadline. */
  public static final long BAD = -1;

  /** Longest timeout, about 73 years: adding it to a nano time cannot overflow. */
  public static final long TIMEOUT_NS_MAX = Long.MAX_VALUE / 4;

  private static final int DIGITS_MAX = 8;

  private GrpcTimeout() {}

  /** Nanoseconds from 0 to {@link #TIMEOUT_NS_MAX}, or {@link #BAD}. */
  public static long parseNs(AsciiString value) {
    int digits = value.length() - 1;
    if (digits < 1 || digits > DIGITS_MAX) {
      return BAD;
    }
    long amount = 0;
    for (int i = 0; i < digits; i++) {
      int digit = value.byteAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return BAD;
      }
      amount = 10 * amount + digit;
    }
    long unitNs = unitNs(value.byteAt(digits));
    if (unitNs == BAD) {
      return BAD;
    }
    return amount > TIMEOUT_NS_MAX / unitNs ? TIMEOUT_NS_MAX : amount * unitNs;
  }

  private static long unitNs(byte unit) {
    return switch (unit) {
      case 'n' -> 1L;
      case 'u' -> 1_000L;
      case 'm' -> 1_000_000L;
      case 'S' -> 1_000_000_000L;
      case 'M' -> 60_000_000_000L;
      case 'H' -> 3_600_000_000_000L;
      default -> BAD;
    };
  }
}
