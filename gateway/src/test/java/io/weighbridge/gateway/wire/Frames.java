package io.weighbridge.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Makes the bytes of frames (RFC 9113 section 6), well-formed or not. Stateless. */
public final class Frames {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PUSH_PROMISE = 5;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  static final List<String> NAMES =
      List.of(
          "DATA",
          "HEADERS",
          "PRIORITY",
          "RST_STREAM",
          "SETTINGS",
          "PUSH_PROMISE",
          "PING",
          "GOAWAY",
          "WINDOW_UPDATE",
          "CONTINUATION");

  public static final int ACK = 0x1;
  public static final int END_STREAM = 0x1;
  public static final int END_HEADERS = 0x4;
  public static final int PADDED = 0x8;
  public static final int PRIORITISED = 0x20;

  public static final int HEADER_TABLE_SIZE = 1;
  public static final int ENABLE_PUSH = 2;
  public static final int MAX_CONCURRENT_STREAMS = 3;
  public static final int INITIAL_WINDOW_SIZE = 4;
  public static final int MAX_FRAME_SIZE = 5;
  public static final int MAX_HEADER_LIST_SIZE = 6;

  public static final int NO_ERROR = 0;
  public static final int PROTOCOL_ERROR = 1;
  public static final int FLOW_CONTROL_ERROR = 3;
  public static final int STREAM_CLOSED = 5;
  public static final int FRAME_SIZE_ERROR = 6;
  public static final int REFUSED_STREAM = 7;
  public static final int CANCEL = 8;
  public static final int COMPRESSION_ERROR = 9;
  public static final int ENHANCE_YOUR_CALM = 11;

  /** The largest payload a peer may send unless it is told otherwise. */
  public static final int MAX_PAYLOAD = 1 << 14;

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private Frames() {}

  public static byte[] preface() {
    return PREFACE.clone();
  }

  public static byte[] frame(int type, int flags, int streamId, byte... payload) {
    return concat(header(payload.length, type, flags, streamId), payload);
  }

  /** Nine bytes that announce a payload of any length. */
  public static byte[] header(int length, int type, int flags, int streamId) {
    return ByteBuffer.allocate(9)
        .put((byte) (length >> 16))
        .putShort((short) length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(streamId)
        .array();
  }

  public static byte[] data(int streamId, int flags, byte... payload) {
    return frame(DATA, flags, streamId, payload);
  }

  /** A whole header block in one frame, with these further flags. */
  public static byte[] headers(int streamId, int flags, byte... block) {
    return frame(HEADERS, flags | END_HEADERS, streamId, block);
  }

  public static byte[] continuation(int streamId, int flags, byte... part) {
    return frame(CONTINUATION, flags, streamId, part);
  }

  /** Settings of these numbers and values in turn. */
  public static byte[] settings(long... numbersAndValues) {
    ByteBuffer payload = ByteBuffer.allocate(numbersAndValues.length * 3);
    for (int i = 0; i < numbersAndValues.length; i += 2) {
      payload.putShort((short) numbersAndValues[i]).putInt((int) numbersAndValues[i + 1]);
    }
    return frame(SETTINGS, 0, 0, payload.array());
  }

  public static byte[] settingsAck() {
    return frame(SETTINGS, ACK, 0);
  }

  public static byte[] ping(long content) {
    return frame(PING, 0, 0, ByteBuffer.allocate(8).putLong(content).array());
  }

  public static byte[] reset(int streamId, int errorCode) {
    return frame(RST_STREAM, 0, streamId, ints(errorCode));
  }

  public static byte[] goAway(int lastStreamId, int errorCode) {
    return frame(GOAWAY, 0, 0, ints(lastStreamId, errorCode));
  }

  public static byte[] windowUpdate(int streamId, int increment) {
    return frame(WINDOW_UPDATE, 0, streamId, ints(increment));
  }

  public static byte[] priority(int streamId, int dependsOn) {
    return frame(PRIORITY, 0, streamId, concat(ints(dependsOn), new byte[] {15}));
  }

  /** Numbers of 32 bits, one after the other. */
  public static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  public static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
