package io.weighbridge.gateway.http2;

/**
 * Memory that the connections of an event loop use in turn, none of them beyond one frame. Confined
 * to its event loop.
 */
final class Scratch {
  private static final int INITIAL_BYTES = 1024;

  private final HeaderNames names = new HeaderNames();
  private final byte[] payload = new byte[FrameFormat.PAYLOAD_BYTES_MAX];
  private byte[] text = new byte[INITIAL_BYTES];
  private byte[] encoded = new byte[INITIAL_BYTES];

  HeaderNames names() {
    return names;
  }

  /** Room for the payload of any frame but DATA. */
  byte[] payload() {
    return payload;
  }

  /** Room for a decoded string of so many bytes. */
  byte[] text(int bytes) {
    if (text.length < bytes) {
      text = new byte[Math.max(bytes, 2 * text.length)];
    }
    return text;
  }

  /** Room for a header block of so many bytes, with the first {@code kept} bytes as they were. */
  byte[] encoded(int kept, int bytes) {
    if (encoded.length < bytes) {
      byte[] more = new byte[Math.max(bytes, 2 * encoded.length)];
      System.arraycopy(encoded, 0, more, 0, kept);
      encoded = more;
    }
    return encoded;
  }
}
