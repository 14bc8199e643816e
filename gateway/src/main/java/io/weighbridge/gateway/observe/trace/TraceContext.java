package io.weighbridge.gateway.observe.trace;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Hex;
import org.jspecify.annotations.Nullable;

/**
 * Where a call stands in a distributed trace. Confined to the call's event loop and reused with it;
 * filled by {@link TraceStart#begin}.
 *
 * <p>Reads and writes {@code traceparent} of W3C Trace Context level 1 without allocation.
 */
public final class TraceContext {
  /** Length of a traceparent that we write: {@code 00-<32 hex>-<16 hex>-<2 hex>}. */
  static final int TEXT_LENGTH = 55;

  static final int SAMPLED = 1;
  private static final int VERSION_FORBIDDEN = 0xff;
  long traceIdHigh;
  long traceIdLow;
  long parentSpanId;
  long spanId;
  int flags;
  boolean exported;
  boolean inherited;
  private @Nullable AsciiString asItCame;

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

  /** Whether the caller sent a valid context; otherwise its tracestate must not be sent on. */
  public boolean inherited() {
    return inherited;
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
    inherited = false;
    asItCame = null;
  }

  /** Makes the caller's context the one that is sent on, as it came: we add no span. */
  void passOn(AsciiString traceparent) {
    spanId = parentSpanId;
    parentSpanId = 0;
    asItCame = traceparent;
  }

  /** The ids of our span, for {@link SpanSink}; allocates. */
  public FinishedSpan.Ids ids() {
    return new FinishedSpan.Ids(traceIdHigh, traceIdLow, spanId, parentSpanId);
  }

  /**
   * Sets trace id, parent and flags from a header; false, and nothing set, when it is not valid.
   */
  boolean parse(AsciiString text) {
    byte[] in = text.array();
    int at = text.arrayOffset();
    if (!hasForm(in, at, text.length())) {
      return false;
    }
    int version = two(in, at);
    int flag = two(in, at + 53);
    long highest = Hex.get8(in, at + 3);
    long high = Hex.get8(in, at + 11);
    long low = Hex.get8(in, at + 19);
    long lowest = Hex.get8(in, at + 27);
    long parentHigh = Hex.get8(in, at + 36);
    long parentLow = Hex.get8(in, at + 44);
    boolean digits =
        (version | flag) >= 0 && (highest | high | low | lowest | parentHigh | parentLow) >= 0;
    boolean known = version == 0 ? text.length() == TEXT_LENGTH : version != VERSION_FORBIDDEN;
    if (!digits
        || !known
        || (highest | high | low | lowest) == 0
        || (parentHigh | parentLow) == 0) {
      return false;
    }
    traceIdHigh = highest << 32 | high;
    traceIdLow = low << 32 | lowest;
    parentSpanId = parentHigh << 32 | parentLow;
    // Level 1 knows one flag; what a later version means by others is not ours to repeat.
    flags = flag & SAMPLED;
    return true;
  }

  /** Whether dashes stand where they must; a later version may go on after another one. */
  private static boolean hasForm(byte[] in, int at, int length) {
    return length >= TEXT_LENGTH
        && in[at + 2] == '-'
        && in[at + 35] == '-'
        && in[at + 52] == '-'
        && (length == TEXT_LENGTH || in[at + TEXT_LENGTH] == '-');
  }

  /** The value of two digits; negative when one of them is none. Lower case only (the standard). */
  private static int two(byte[] in, int at) {
    return digit(in[at]) << 4 | digit(in[at + 1]);
  }

  private static int digit(byte digit) {
    if (digit >= '0' && digit <= '9') {
      return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
  }

  /** The traceparent to send on. */
  public AsciiString text() {
    AsciiString passed = asItCame;
    if (passed != null) {
      return passed;
    }
    byte[] out = new byte[TEXT_LENGTH];
    write(out);
    return new AsciiString(out, false);
  }

  /** Writes the traceparent that names {@link #spanId} into a buffer of {@link #TEXT_LENGTH}. */
  void write(byte[] out) {
    out[0] = '0';
    out[1] = '0';
    out[2] = '-';
    Hex.put16(out, 3, traceIdHigh);
    Hex.put16(out, 19, traceIdLow);
    out[35] = '-';
    Hex.put16(out, 36, spanId);
    out[52] = '-';
    out[53] = '0';
    out[54] = (byte) ('0' + (flags & SAMPLED));
  }
}
