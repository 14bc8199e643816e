package io.weighbridge.gateway.http2;

/** Error codes of RESET_STREAM and GOAWAY (RFC 9113 section 7). */
public final class ErrorCode {
  public static final long NO_ERROR = 0;
  public static final long PROTOCOL_ERROR = 1;
  public static final long INTERNAL_ERROR = 2;
  public static final long FLOW_CONTROL_ERROR = 3;
  public static final long STREAM_CLOSED = 5;
  public static final long FRAME_SIZE_ERROR = 6;
  public static final long REFUSED_STREAM = 7;
  public static final long CANCEL = 8;
  public static final long COMPRESSION_ERROR = 9;
  public static final long ENHANCE_YOUR_CALM = 11;
  public static final long INADEQUATE_SECURITY = 12;
  public static final long HTTP_1_1_REQUIRED = 13;

  /** Never on the wire: the connection ended under the stream. */
  public static final long CONNECTION_LOST = -1;

  /** Never on the wire: we ended the stream, for too much waited for its peer. */
  public static final long NO_ROOM = -2;

  private ErrorCode() {}

  /** What a peer is told when we end a stream for that. */
  static long told(long errorCode) {
    return errorCode == NO_ROOM ? ENHANCE_YOUR_CALM : errorCode;
  }
}
