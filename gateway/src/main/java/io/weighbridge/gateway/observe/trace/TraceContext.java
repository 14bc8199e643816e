package io.weighbridge.gateway.observe.trace;

import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * Where a call stands in a distributed trace. Confined to the call's event loop and reused with it;
 * filled by {@link TraceStart#begin}.
 *
 * <p>Reads and writes {@code traceparent} of W3C Trace Context level 1 without allocation.
 */
public final class TraceContext {
  /** Length of a traceparent that we write: {@code 00-<32 hex>-<16 hex>-<2 hex>}. */
  public static final int TEXT_LENGTH = 55;

  static final int SAMPLED = 1;
  private static final int VERSION_FORBIDDEN = 0xff;
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  /** The value of each digit; negative for what is none. */
  private static final byte[] DIGITS = new byte[256];

  static {
    Arrays.fill(DIGITS, (byte) -1);
    for (byte value = 0; value < HEX.length; value++) {
      DIGITS[HEX[value]] = value;
    }
  }

  long traceIdHigh;
  long traceIdLow;
  long parentSpanId;
  long spanId;
  int flags;
  boolean exported;

  /** High half of the trace id; both halves are 0 when the call has no trace. */
  public long traceIdHigh() {
    return traceIdHigh;
  }

  /** Low half of the trace id. */
  public long traceIdLow() {
    return traceIdLow;
  }

  /** Our own span, or the caller's while tracing is off; 0 when the call has no trace. */
  public long spanId() {
    return spanId;
  }

  /** The caller's span; 0 when we began the trace. */
  public long parentSpanId() {
    return parentSpanId;
  }

  /** Whether there is a context to send on. */
  public boolean present() {
    return spanId != 0;
  }

  /** Whether a span is to be given to the sink when the call ends. */
  public boolean sampled() {
    return exported;
  }

  void clear() {
    traceIdHigh = 0;
    traceIdLow = 0;
    parentSpanId = 0;
    spanId = 0;
    flags = 0;
    exported = false;
  }

  /** Makes the caller's span the one that is sent on: we add none. */
  void passOn() {
    spanId = parentSpanId;
    parentSpanId = 0;
  }

  /** The ids of our span, for {@link SpanSink}; allocates. */
  public FinishedSpan.Ids ids() {
    return new FinishedSpan.Ids(traceIdHigh, traceIdLow, spanId, parentSpanId);
  }

  /**
   * Sets trace id, parent and flags from a header; false, and nothing set, when it is not valid.
   */
  boolean parse(AsciiString text) {
    clear();
    byte[] in = text.array();
    int at = text.arrayOffset();
    if (!isWellFormed(in, at, text.length())) {
      return false;
    }
    long high = hex(in, at + 3, 16);
    long low = hex(in, at + 19, 16);
    long parent = hex(in, at + 36, 16);
    if ((high | low) == 0 || parent == 0) {
      return false;
    }
    traceIdHigh = high;
    traceIdLow = low;
    parentSpanId = parent;
    // Level 1 knows one flag; what a later version means by others is not ours to repeat.
    flags = (int) hex(in, at + 53, 2) & SAMPLED;
    return true;
  }

  /** Version 00 has this length exactly; a later one may go on after another dash. */
  private static boolean isWellFormed(byte[] in, int at, int length) {
    if (length < TEXT_LENGTH || !isHex(in, at, 2)) {
      return false;
    }
    long version = hex(in, at, 2);
    if (length > TEXT_LENGTH && (version == 0 || in[at + TEXT_LENGTH] != '-')) {
      return false;
    }
    return version != VERSION_FORBIDDEN
        && in[at + 2] == '-'
        && isHex(in, at + 3, 32)
        && in[at + 35] == '-'
        && isHex(in, at + 36, 16)
        && in[at + 52] == '-'
        && isHex(in, at + 53, 2);
  }

  /** Writes the traceparent that names {@link #spanId} into a buffer of {@link #TEXT_LENGTH}. */
  public void write(byte[] out) {
    out[0] = '0';
    out[1] = '0';
    out[2] = '-';
    putHex(out, 3, traceIdHigh);
    putHex(out, 19, traceIdLow);
    out[35] = '-';
    putHex(out, 36, spanId);
    out[52] = '-';
    out[53] = '0';
    out[54] = HEX[flags & SAMPLED];
  }

  private static void putHex(byte[] out, int at, long value) {
    for (int i = 0; i < 16; i++) {
      out[at + i] = HEX[(int) (value >>> (60 - 4 * i)) & 15];
    }
  }

  /** Lower case only, as the standard says. */
  private static boolean isHex(byte[] in, int at, int length) {
    int all = 0;
    for (int i = at; i < at + length; i++) {
      all |= DIGITS[in[i] & 0xff];
    }
    return all >= 0;
  }

  private static long hex(byte[] in, int at, int length) {
    long value = 0;
    for (int i = at; i < at + length; i++) {
      value = value << 4 | DIGITS[in[i] & 0xff];
    }
    return value;
  }
}
