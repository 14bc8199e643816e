package io.weighbridge.gateway.grpc;

import io.netty.buffer.ByteBuf;

/**
 * Follows the length-prefixed messages of one direction of a call (gRPC over HTTP/2,
 * "Length-Prefixed-Message"): one byte of flags, four bytes of length, that many bytes. Confined to
 * the call's event loop and reused with it.
 *
 * <p>Feed each piece of DATA in order; {@link #next} says what the following bytes of the piece
 * are.
 */
public final class MessageFraming {
  /** Bytes in front of each message. */
  public static final int PREFIX_BYTES = 5;

  /** What {@link #next} found. */
  public enum Piece {
    /** The data is used up. */
    NONE,
    /** A prefix is complete: {@link #messageBytes} and {@link #compressed} hold. */
    PREFIX,
    /** {@link #pieceBytes} bytes of the message at {@link #pieceOffset}. */
    BODY,
    /** The flag byte is neither 0 nor 1. */
    BAD_FLAG
  }

  private int prefixSeen;
  private int flag;
  private long messageBytes;
  private long remaining;
  private int pieceOffset;
  private int pieceBytes;
  private int messageCount;

  /** Forgets everything. */
  public void reset() {
    prefixSeen = 0;
    flag = 0;
    messageBytes = 0;
    remaining = 0;
    messageCount = 0;
  }

  /**
   * Looks at the bytes of {@code data} from {@code offset} (an absolute index) up to its writer
   * index. Borrows the data.
   */
  public Piece next(ByteBuf data, int offset) {
    int end = data.writerIndex();
    int at = offset;
    if (prefixSeen == PREFIX_BYTES && remaining == 0 && at < end) {
      prefixSeen = 0;
    }
    if (prefixSeen < PREFIX_BYTES) {
      while (prefixSeen < PREFIX_BYTES && at < end) {
        int value = data.getUnsignedByte(at++);
        if (prefixSeen == 0) {
          flag = value;
          messageBytes = 0;
        } else {
          messageBytes = messageBytes << 8 | value;
        }
        prefixSeen++;
      }
      pieceOffset = at;
      pieceBytes = 0;
      if (flag > 1) {
        return Piece.BAD_FLAG;
      }
      if (prefixSeen < PREFIX_BYTES) {
        return Piece.NONE;
      }
      remaining = messageBytes;
      messageCount++;
      return Piece.PREFIX;
    }
    pieceOffset = at;
    pieceBytes = 0;
    if (at == end) {
      return Piece.NONE;
    }
    pieceBytes = (int) Math.min(remaining, end - at);
    remaining -= pieceBytes;
    return Piece.BODY;
  }

  /** Where the next look should start: behind the piece just found. */
  public int nextOffset() {
    return pieceOffset + pieceBytes;
  }

  /** Absolute index of the body bytes found. */
  public int pieceOffset() {
    return pieceOffset;
  }

  /** How many body bytes were found. */
  public int pieceBytes() {
    return pieceBytes;
  }

  /** Length of the current message, from its prefix; up to 2^32 - 1. */
  public long messageBytes() {
    return messageBytes;
  }

  /** Whether the current message's flag says compressed. */
  public boolean compressed() {
    return flag == 1;
  }

  /** Prefixes seen so far. */
  public int messageCount() {
    return messageCount;
  }

  /** Whether a prefix was seen and all of its message. */
  public boolean messageComplete() {
    return prefixSeen == PREFIX_BYTES && remaining == 0;
  }

  /** Whether the direction may end here: between messages, or after a whole one. */
  public boolean atBoundary() {
    return prefixSeen == 0 || messageComplete();
  }
}
