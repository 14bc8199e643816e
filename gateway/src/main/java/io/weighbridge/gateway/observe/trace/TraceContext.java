package io.weighbridge.gateway.observe.trace;

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
  boolean parse(CharSequence text) {
    clear();
    if (!isWellFormed(text)) {
      return false;
    }
    long high = hex(text, 3, 19);
    long low = hex(text, 19, 35);
    long parent = hex(text, 36, 52);
    if ((high | low) == 0 || parent == 0) {
      return false;
    }
    traceIdHigh = high;
    traceIdLow = low;
    parentSpanId = parent;
    // Level 1 knows one flag; what a later version means by others is not ours to repeat.
    flags = (int) hex(text, 53, 55) & SAMPLED;
    return true;
  }

  /** Version 00 has this length exactly; a later one may go on after another dash. */
  private static boolean isWellFormed(CharSequence text) {
    if (text.length() < TEXT_LENGTH || !isHex(text, 0, 2) || hex(text, 0, 2) == VERSION_FORBIDDEN) {
      return false;
    }
    boolean later = hex(text, 0, 2) > 0;
    if (text.length() > TEXT_LENGTH && !(later && text.charAt(TEXT_LENGTH) == '-')) {
      return false;
    }
    return text.charAt(2) == '-'
        && isHex(text, 3, 35)
        && text.charAt(35) == '-'
        && isHex(text, 36, 52)
        && text.charAt(52) == '-'
        && isHex(text, 53, 55);
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

  private static boolean isHex(CharSequence text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (digit(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private static long hex(CharSequence text, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      value = value << 4 | digit(text.charAt(i));
    }
    return value;
  }

  /** Lower case only, as the standard says. */
  private static int digit(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }
}
