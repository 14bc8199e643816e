package io.weighbridge.gateway.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates one compressed message while its bytes arrive in pieces cut anywhere, up to a limit.
 * Confined to the call's event loop; owns what it has inflated until that is taken. {@link #close}
 * it.
 *
 * <pre>
 * Implementation notes: gzip is RFC 1952, one member per message; deflate is zlib's format (RFC 1950), as HTTP names it and as
 * gRPC libraries send it. The JDK's stream classes want a whole input and block; its Inflater takes pieces, but knows neither
 * gzip's header nor its trailer, so those are read here.
 * </pre>
 */
public final class Inflation {
  /** How a message is compressed. */
  public enum Encoding {
    GZIP,
    DEFLATE;

    private static final AsciiString GZIP_NAME = AsciiString.cached("gzip");
    private static final AsciiString DEFLATE_NAME = AsciiString.cached("deflate");

    /** The encoding of this name, or null when it is none of ours. */
    public static @Nullable Encoding named(@Nullable AsciiString name) {
      if (GZIP_NAME.equals(name)) {
        return GZIP;
      }
      return DEFLATE_NAME.equals(name) ? DEFLATE : null;
    }
  }

  /** How far the message is inflated. */
  public enum State {
    /** Well so far. */
    GOOD,
    /** It inflates to more than allowed. */
    TOO_LARGE,
    /** All inflations of the event loop together take more than allowed. */
    OVER_BUDGET,
    /** It is not compressed the way it says. */
    GARBAGE
  }

  /** What the inflations of one event loop may hold together. Confined to that loop. */
  public static final class Budget {
    private final long bytesMax;
    private long bytes;

    /** A budget of this many bytes. */
    public Budget(long bytesMax) {
      this.bytesMax = bytesMax;
    }
  }

  /** What one holder has of a budget. Confined to the budget's event loop; {@link #close} it. */
  public static final class Share {
    private final Budget budget;
    private long bytes;

    private Share(Budget budget) {
      this.budget = budget;
    }

    private boolean grow(int count) {
      if (count > budget.bytesMax - budget.bytes) {
        return false;
      }
      budget.bytes += count;
      bytes += count;
      return true;
    }

    private void shrink(long count) {
      budget.bytes -= count;
      bytes -= count;
    }

    /** Takes over what another holds. */
    public void join(Share other) {
      bytes += other.bytes;
      other.bytes = 0;
    }

    /** Gives all of it back. */
    public void close() {
      shrink(bytes);
    }
  }

  /** Where in gzip's frame the next byte stands. */
  private enum Part {
    HEADER,
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    HEADER_CRC,
    BODY,
    TRAILER,
    END
  }

  private static final int HEADER_BYTES = 10;
  private static final int METHOD_AT = 2;
  private static final int FLAGS_AT = 3;
  private static final int METHOD_DEFLATE = 8;
  private static final int FLAG_HEADER_CRC = 1 << 1;
  private static final int FLAG_EXTRA = 1 << 2;
  private static final int FLAG_NAME = 1 << 3;
  private static final int FLAG_COMMENT = 1 << 4;
  private static final int FLAGS_RESERVED = 0xe0;
  private static final int TRAILER_BYTES = 8;
  private static final int CHUNK_BYTES = 16 * 1024;

  /**
   * What zlib holds for one inflation: a window of 32 KiB and its tables. Counted, so that many
   * messages which never inflate to anything are bounded as well.
   */
  private static final int ZLIB_BYTES = 48 * 1024;

  private final Encoding encoding;
  private final int bytesMax;
  private final CRC32 crc = new CRC32();
  private Share share;
  private @Nullable Inflater inflater;
  private Part part;
  private int seen;
  private int flags;
  private int extraBytes;
  private long trailer;
  private @Nullable ByteBuf out;

  /** Begins a message that may inflate to this many bytes. */
  public Inflation(Encoding encoding, int bytesMax, Budget budget) {
    this.encoding = encoding;
    this.bytesMax = bytesMax;
    share = new Share(budget);
    part = encoding == Encoding.GZIP ? Part.HEADER : Part.BODY;
  }

  /** Takes in the next bytes of the message. Borrows {@code data}. */
  public State feed(ByteBuf data, int offset, int length, ByteBufAllocator allocator) {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      if (part == Part.END) {
        return State.GARBAGE;
      }
      if (part != Part.BODY) {
        if (!frame(data.getUnsignedByte(at++))) {
          return State.GARBAGE;
        }
        continue;
      }
      Inflater zlib = zlib();
      if (zlib == null) {
        return State.OVER_BUDGET;
      }
      zlib.setInput(data.nioBuffer(at, end - at));
      State state = inflate(zlib, allocator);
      if (state != State.GOOD) {
        return state;
      }
      at = end - zlib.getRemaining();
    }
    return State.GOOD;
  }

  /** What inflates, made when there is something to inflate; null over the budget. */
  private @Nullable Inflater zlib() {
    if (inflater == null && share.grow(ZLIB_BYTES)) {
      inflater = new Inflater(encoding == Encoding.GZIP);
    }
    return inflater;
  }

  /** Whether the message is whole. */
  public boolean complete() {
    return part == Part.END;
  }

  /** One byte of gzip's header or trailer; false when it cannot stand there. */
  private boolean frame(int value) {
    switch (part) {
      case HEADER -> {
        return header(value);
      }
      case EXTRA_LENGTH -> {
        extraBytes |= value << (8 * seen);
        if (++seen == 2) {
          enter(extraBytes == 0 ? Part.NAME : Part.EXTRA);
        }
      }
      case EXTRA -> {
        if (++seen == extraBytes) {
          enter(Part.NAME);
        }
      }
      case NAME, COMMENT -> {
        if (value == 0) {
          enter(part == Part.NAME ? Part.COMMENT : Part.HEADER_CRC);
        }
      }
      case HEADER_CRC -> {
        if (++seen == 2) {
          enter(Part.BODY);
        }
      }
      case TRAILER -> {
        trailer |= (long) value << (8 * seen);
        if (++seen == TRAILER_BYTES) {
          part = Part.END;
          return trailer == ((inflatedBytes() << Integer.SIZE) | crc.getValue());
        }
      }
      case BODY, END -> throw new IllegalStateException("no frame in " + part);
    }
    return true;
  }

  private boolean header(int value) {
    boolean good =
        switch (seen) {
          case 0 -> value == 0x1f;
          case 1 -> value == 0x8b;
          case METHOD_AT -> value == METHOD_DEFLATE;
          case FLAGS_AT -> (value & FLAGS_RESERVED) == 0;
          default -> true;
        };
    if (seen == FLAGS_AT) {
      flags = value;
    }
    if (++seen == HEADER_BYTES) {
      enter(Part.EXTRA_LENGTH);
    }
    return good;
  }

  /** Goes to this part of the header, or the first after it that the flags say is there. */
  private void enter(Part next) {
    seen = 0;
    part = next;
    if (next == Part.EXTRA_LENGTH && (flags & FLAG_EXTRA) == 0) {
      enter(Part.NAME);
    } else if (next == Part.NAME && (flags & FLAG_NAME) == 0) {
      enter(Part.COMMENT);
    } else if (next == Part.COMMENT && (flags & FLAG_COMMENT) == 0) {
      enter(Part.HEADER_CRC);
    } else if (next == Part.HEADER_CRC && (flags & FLAG_HEADER_CRC) == 0) {
      enter(Part.BODY);
    }
  }

  private long inflatedBytes() {
    ByteBuf buffer = out;
    return buffer == null ? 0 : buffer.readableBytes() - MessageFraming.PREFIX_BYTES;
  }

  private State inflate(Inflater zlib, ByteBufAllocator allocator) {
    while (!zlib.finished()) {
      ByteBuf to = room(allocator);
      if (to == null) {
        return State.OVER_BUDGET;
      }
      int count;
      ByteBuffer chunk = to.nioBuffer(to.writerIndex(), to.writableBytes());
      try {
        count = zlib.inflate(chunk);
      } catch (DataFormatException _) {
        // What a caller sends is no defect of ours: the call is refused.
        return State.GARBAGE;
      }
      if (count == 0 && !zlib.finished()) {
        return zlib.needsDictionary() ? State.GARBAGE : State.GOOD;
      }
      crc.update(chunk.flip());
      to.writerIndex(to.writerIndex() + count);
      if (inflatedBytes() > bytesMax) {
        return State.TOO_LARGE;
      }
    }
    part = encoding == Encoding.GZIP ? Part.TRAILER : Part.END;
    seen = 0;
    return State.GOOD;
  }

  /** A buffer with room for more, never for much more than allowed; null over the budget. */
  private @Nullable ByteBuf room(ByteBufAllocator allocator) {
    ByteBuf buffer = out;
    if (buffer != null && buffer.isWritable()) {
      return buffer;
    }
    int held = buffer == null ? 0 : buffer.readableBytes();
    int more =
        Math.min(Math.max(CHUNK_BYTES, held), Math.max(1, bytesMax + 1 - held) + CHUNK_BYTES);
    if (!share.grow(more)) {
      return null;
    }
    if (buffer == null) {
      buffer = allocator.buffer(more).writeZero(MessageFraming.PREFIX_BYTES);
      out = buffer;
    } else {
      buffer.capacity(buffer.capacity() + more);
    }
    return buffer;
  }

  /**
   * What was inflated, behind room for a prefix. Returns it owned by the caller; an empty message
   * is a prefix alone.
   */
  public ByteBuf take(ByteBufAllocator allocator) {
    ByteBuf buffer = out;
    out = null;
    return buffer == null
        ? allocator.buffer(MessageFraming.PREFIX_BYTES).writeZero(MessageFraming.PREFIX_BYTES)
        : buffer;
  }

  /** What the message taken holds of the budget; whoever asks closes it. Ends the inflation. */
  public Share takeShare() {
    endZlib();
    Share taken = share;
    share = new Share(taken.budget);
    return taken;
  }

  private void endZlib() {
    Inflater zlib = inflater;
    if (zlib != null) {
      inflater = null;
      zlib.end();
      share.shrink(ZLIB_BYTES);
    }
  }

  /** Gives everything back. */
  public void close() {
    endZlib();
    share.close();
    ByteBuf buffer = out;
    if (buffer != null) {
      out = null;
      buffer.release();
    }
  }
}
