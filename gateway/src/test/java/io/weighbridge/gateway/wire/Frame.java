package io.weighbridge.gateway.wire;

import java.nio.ByteBuffer;

/** A frame as it came off the wire. Immutable, as long as nobody writes to its payload. */
public final class Frame {
  private final int type;
  private final int flags;
  private final int streamId;
  private final byte[] payload;

  Frame(int type, int flags, int streamId, byte[] payload) {
    this.type = type;
    this.flags = flags;
    this.streamId = streamId;
    this.payload = payload;
  }

  public int type() {
    return type;
  }

  public int streamId() {
    return streamId;
  }

  public byte[] payload() {
    return payload;
  }

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Whether this is such a frame on such a stream. */
  public boolean is(int whichType, int whichStream) {
    return type == whichType && streamId == whichStream;
  }

  /** The 32-bit number at this place of the payload. */
  public int intAt(int offset) {
    return ByteBuffer.wrap(payload).getInt(offset);
  }

  /** Why the peer ended a stream or the connection. */
  public int errorCode() {
    return intAt(type == Frames.GOAWAY ? 4 : 0);
  }

  @Override
  public String toString() {
    String name = type < Frames.NAMES.size() ? Frames.NAMES.get(type) : "type " + type;
    String code =
        (type == Frames.RST_STREAM && payload.length == 4)
                || (type == Frames.GOAWAY && payload.length >= 8)
            ? " code " + errorCode()
            : "";
    return name + " stream " + streamId + " flags " + flags + " of " + payload.length + code;
  }
}
