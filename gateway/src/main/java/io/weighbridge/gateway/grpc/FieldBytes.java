package io.weighbridge.gateway.grpc;

import io.netty.util.AsciiString;

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
    byte[] bytes = text.array();
    int end = text.arrayOffset() + text.length();
    for (int i = text.arrayOffset(); i < end; i++) {
      if ((CLASSES[bytes[i] & 0xff] & kind) == 0) {
        return false;
      }
    }
    return true;
  }
}
