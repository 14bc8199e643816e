package io.weighbridge.gateway.http2;

/** Numbers of HTTP/2 frames (RFC 9113 sections 4.1, 6 and 6.5.2). */
final class FrameFormat {
  static final int HEADER_BYTES = 9;

  /**
   * The largest payload every peer must take, and the largest we take (SETTINGS_MAX_FRAME_SIZE).
   */
  static final int PAYLOAD_BYTES_MAX = 16_384;

  static final int PAYLOAD_BYTES_LIMIT = (1 << 24) - 1;

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PUSH_PROMISE = 5;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  /** Of DATA and HEADERS. */
  static final int END_STREAM = 0x1;

  /** Of SETTINGS and PING. */
  static final int ACK = 0x1;

  /** Of HEADERS and CONTINUATION. */
  static final int END_HEADERS = 0x4;

  /** Of DATA and HEADERS. */
  static final int PADDED = 0x8;

  /** Of HEADERS. */
  static final int HAS_PRIORITY = 0x20;

  static final int PRIORITY_BYTES = 5;
  static final int RST_STREAM_BYTES = 4;
  static final int SETTING_BYTES = 6;
  static final int PING_BYTES = 8;
  static final int GOAWAY_BYTES_MIN = 8;
  static final int WINDOW_UPDATE_BYTES = 4;

  static final int SETTING_HEADER_TABLE_SIZE = 1;
  static final int SETTING_ENABLE_PUSH = 2;
  static final int SETTING_MAX_CONCURRENT_STREAMS = 3;
  static final int SETTING_INITIAL_WINDOW_SIZE = 4;
  static final int SETTING_MAX_FRAME_SIZE = 5;
  static final int SETTING_MAX_HEADER_LIST_SIZE = 6;

  /** Every window until settings or updates say otherwise (RFC 9113 section 6.9.2). */
  static final int WINDOW_BYTES_DEFAULT = 65_535;

  private FrameFormat() {}

  /** Four bytes, the first bit cleared: a stream id or a window increment. */
  static int int31(byte[] bytes, int at) {
    return (int) int32(bytes, at) & Integer.MAX_VALUE;
  }

  /** Four bytes, unsigned. */
  static long int32(byte[] bytes, int at) {
    return (long) int16(bytes, at) << 16 | int16(bytes, at + 2);
  }

  static int int16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }
}
