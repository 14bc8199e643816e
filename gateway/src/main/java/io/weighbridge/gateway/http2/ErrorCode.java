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

  /** Never on the wire: we ended the stream, for its peer took nothing of it for too long. */
  public static final long STALLED = -3;

  /** Never on the wire: we ended the stream, for its peer broke HTTP/2 on it. */
  public static final long VIOLATED = -4;

  /** Never on the wire: we ended the stream, for its peer sent a larger header list than it may. */
  public static final long LIST_TOO_LARGE = -5;

  private ErrorCode() {}
}
