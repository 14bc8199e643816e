package io.weighbridge.gateway.grpc;

import io.netty.util.AsciiString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Which bytes may stand where in a header field. */
final class FieldBytes {
  /** {@code tchar} of RFC 9110 section 5.6.2 without upper case (RFC 9113 section 8.2.1). */
  static final int NAME = 1;

  /** {@code field-content} of RFC 9110 section 5.5: visible, obs-text, space and tab. */
  static final int VALUE = 2;

  /** Visible ASCII: what a path may hold. */
  static final int PATH = 4;

  /** {@code host [ ":" port ]} of RFC 3986 section 3.2; user information is refused. */
  static final int AUTHORITY = 8;

  private static final byte[] CLASSES = new byte[256];

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /* The same byte eight times. */
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long SPACES = 0x2020_2020_2020_2020L;
  private static final long DELS = 0x7f7f_7f7f_7f7f_7f7fL;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  static {
    mark('!', '~', PATH | VALUE);
    mark(0x80, 0xff, VALUE);
    mark('a', 'z', NAME | AUTHORITY);
    mark('A', 'Z', AUTHORITY);
    mark('0', '9', NAME | AUTHORITY);
    markEach(" \t", VALUE);
    markEach("!#$%&'*+-.^_`|~", NAME);
    markEach("-._~!$&'()*+,;=%:[]", AUTHORITY);
  }

  private FieldBytes() {}

  private static void mark(int first, int last, int kind) {
    for (int b = first; b <= last; b++) {
      CLASSES[b] = (byte) (CLASSES[b] | kind);
    }
  }

  private static void markEach(String bytes, int kind) {
    for (int i = 0; i < bytes.length(); i++) {
      mark(bytes.charAt(i), bytes.charAt(i), kind);
    }
  }

  /** Whether every byte of the text is of this kind. */
  static boolean all(AsciiString text, int kind) {
    int from = text.arrayOffset();
    return all(text.array(), from, from + text.length(), kind);
  }

  /** Whether every byte of the text is a {@link #VALUE}: the same, eight at a time. */
  static boolean allValue(AsciiString text) {
    byte[] bytes = text.array();
    int at = text.arrayOffset();
    int end = at + text.length();
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      if (doubtful((long) EIGHT.get(bytes, at)) && !all(bytes, at, at + Long.BYTES, VALUE)) {
        return false;
      }
    }
    return all(bytes, at, end, VALUE);
  }

  /** Whether a byte is below space or DEL: a tab is and is allowed, so this is no verdict yet. */
  private static boolean doubtful(long eight) {
    long notDel = eight ^ DELS;
    long below = (eight - SPACES) & ~eight;
    long del = (notDel - ONES) & ~notDel;
    return ((below | del) & HIGH_BITS) != 0;
  }

  private static boolean all(byte[] bytes, int from, int end, int kind) {
    for (int i = from; i < end; i++) {
      if ((CLASSES[bytes[i] & 0xff] & kind) == 0) {
        return false;
      }
    }
    return true;
  }
}
