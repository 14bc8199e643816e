package io.weighbridge.gateway.peek;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Walks the tags of one protobuf message while its bytes arrive in chunks cut anywhere, stricter
 * than a parser must be. Confined to the call's event loop; reused after {@link #reset}.
 */
final class ProtoWalk {
  /* Implementation notes
   *
   * Wire format: https://protobuf.dev/programming-guides/encoding. Where parsers differ, or read more
   * leniently than the format says, this walk refuses, so that gateway and host cannot disagree on
   * what a message says: groups, padded tags, tags over 32 bits, varints over 64 bits (Java drops the
   * surplus bits, C++ refuses), lengths over the enclosing message (Java reads a 64-bit length modulo
   * 2^32). Padded lengths are legal: encoders that reserve room for a length write them.
   *
   * The outcome never depends on how the message was cut: each check is made when its byte is read.
   * Contents that are skipped cost one addition per chunk, whatever their size.
   */

  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int START_GROUP = 3;
  static final int END_GROUP = 4;
  static final int FIXED32 = 5;

  /** A request, one entry of its parameters, that entry's value. */
  static final int DEPTH_MAX = 3;

  private static final int VARINT_BYTES_MAX = 10;

  /** What to do with the value whose tag was read. */
  enum Action {
    SKIP,
    TAKE,
    /** Walk the tags inside; only for wire type BYTES. */
    ENTER
  }

  /** Told what the walk finds. Depth 0 is the message itself. */
  interface Fields {
    /** A tag was read; its value follows. */
    Action onTag(int depth, int field, int wireType);

    /** The value of a taken varint. */
    void onNumber(int depth, int field, long value);

    /** The next bytes of a taken BYTES value. Borrows {@code buf}. */
    void onBytes(int depth, int field, ByteBuf buf, int index, int count);

    /** A taken or entered BYTES value has ended. */
    void onEnd(int depth, int field);

    /**
     * Why the message is refused as of the last call of {@code onTag} or {@code onEnd}, or null.
     */
    @Nullable Malformed refused();
  }

  private enum Part {
    TAG,
    NUMBER,
    LENGTH,
    CONTENT
  }

  private final Fields fields;
  private final int[] ends = new int[DEPTH_MAX];
  private final int[] fieldAt = new int[DEPTH_MAX];
  private int depth;
  private int position;
  private Part part = Part.TAG;
  private Action action = Action.SKIP;
  private long varint;
  private int varintBytes;
  private int contentBytes;
  private @Nullable Malformed fault;

  /** Where in the chunk the walk stands, and where the chunk ends. */
  private int cursor;

  private int cursorEnd;

  ProtoWalk(Fields fields) {
    this.fields = fields;
  }

  /** Begins a message of this many bytes. */
  void reset(int messageBytes) {
    ends[0] = messageBytes;
    depth = 0;
    position = 0;
    contentBytes = 0;
    fault = null;
    next(Part.TAG);
  }

  /** How many bytes were walked. */
  int position() {
    return position;
  }

  /** Whether the message ended where a field ended. */
  boolean ended() {
    return fault == null && position == ends[0];
  }

  /** What is wrong with the message as far as it was walked, or null. */
  @Nullable Malformed fault() {
    return fault;
  }

  /** Walks the message's next bytes, never more than it has left. Borrows {@code buf}. */
  void walk(ByteBuf buf, int index, int count) {
    cursor = index;
    cursorEnd = index + count;
    while (cursor < cursorEnd && fault == null) {
      if (part == Part.CONTENT) {
        content(buf);
      } else if (varint(buf)) {
        switch (part) {
          case TAG -> tag();
          case NUMBER -> number();
          case LENGTH -> length();
          case CONTENT -> throw new AssertionError(part);
        }
      }
    }
  }

  /** Reads on at a varint; whether it is complete. */
  private boolean varint(ByteBuf buf) {
    while (cursor < cursorEnd) {
      byte b = buf.getByte(cursor++);
      position++;
      if (varintBytes == VARINT_BYTES_MAX - 1 && (b & 0xfe) != 0) {
        fault = Malformed.VARINT_TOO_LONG;
        return false;
      }
      varint |= (long) (b & 0x7f) << (7 * varintBytes++);
      if (b >= 0) {
        return true;
      }
      if (position == ends[depth]) {
        fault = Malformed.TRUNCATED;
        return false;
      }
    }
    return false;
  }

  private void tag() {
    int field = (int) (varint >>> 3);
    int wireType = (int) varint & 7;
    fault = tagFault(field, wireType);
    if (fault != null) {
      return;
    }
    fieldAt[depth] = field;
    action = fields.onTag(depth, field, wireType);
    fault = fields.refused();
    if (fault != null) {
      return;
    }
    switch (wireType) {
      case VARINT -> next(Part.NUMBER);
      case BYTES -> next(Part.LENGTH);
      default -> {
        action = Action.SKIP;
        begin(wireType == FIXED64 ? Long.BYTES : Integer.BYTES);
      }
    }
  }

  private @Nullable Malformed tagFault(int field, int wireType) {
    if (varintBytes > 1 && varint >>> (7 * (varintBytes - 1)) == 0) {
      return Malformed.TAG_PADDED;
    }
    if (varint >>> Integer.SIZE != 0 || field == 0) {
      return Malformed.TAG_INVALID;
    }
    if (wireType == START_GROUP || wireType == END_GROUP) {
      return Malformed.GROUP;
    }
    if (wireType > FIXED32) {
      return Malformed.WIRE_TYPE;
    }
    return position == ends[depth] ? Malformed.TRUNCATED : null;
  }

  private void number() {
    if (action == Action.TAKE) {
      fields.onNumber(depth, fieldAt[depth], varint);
    }
    endValue();
  }

  private void length() {
    long bytes = varint;
    if (bytes < 0 || bytes > ends[depth] - position) {
      fault = Malformed.LENGTH_OVERRUN;
    } else if (action == Action.ENTER) {
      depth++;
      ends[depth] = position + (int) bytes;
      endValue();
    } else {
      begin((int) bytes);
    }
  }

  /** Begins a value of a known length. */
  private void begin(int bytes) {
    if (bytes > ends[depth] - position) {
      fault = Malformed.LENGTH_OVERRUN;
      return;
    }
    contentBytes = bytes;
    next(Part.CONTENT);
    if (bytes == 0) {
      endContent();
    }
  }

  private void content(ByteBuf buf) {
    int count = Math.min(contentBytes, cursorEnd - cursor);
    if (action == Action.TAKE) {
      fields.onBytes(depth, fieldAt[depth], buf, cursor, count);
    }
    cursor += count;
    position += count;
    contentBytes -= count;
    if (contentBytes == 0) {
      endContent();
    }
  }

  private void endContent() {
    if (action == Action.TAKE) {
      fields.onEnd(depth, fieldAt[depth]);
      fault = fields.refused();
    }
    endValue();
  }

  /** Expects a tag next, after leaving every entered message that ends here. */
  private void endValue() {
    while (depth > 0 && position == ends[depth] && fault == null) {
      depth--;
      fields.onEnd(depth, fieldAt[depth]);
      fault = fields.refused();
    }
    next(Part.TAG);
  }

  private void next(Part part) {
    this.part = part;
    varint = 0;
    varintBytes = 0;
  }
}
