package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.peek.Peek;
import org.jspecify.annotations.Nullable;

/**
 * Messages that nobody here looks into: they are framed as gRPC says and not too long, and pass as
 * they came, compressed ones as well. Confined to the call's event loop.
 */
final class OpaqueBody extends RequestBody {
  /** Nothing is read off these messages; never fed. */
  static final Peek NOTHING = new Peek(1);

  /** A piece of DATA below this is copied rather than keeping its whole read buffer alive. */
  private static final int SLICE_BYTES_MIN = 2 * 1024;

  private static final int FIRST_COPY_BYTES = 512;

  private final CallLoop loop;
  private final boolean encoded;
  private final @Nullable CallStream stream;

  /**
   * The messages of a call.
   *
   * @param encoded whether they may be compressed
   * @param stream that hears of each, or null
   */
  OpaqueBody(CallLoop loop, boolean encoded, @Nullable CallStream stream) {
    super(loop.limits());
    this.loop = loop;
    this.encoded = encoded;
    this.stream = stream;
  }

  @Override
  boolean begin() {
    if (stream != null) {
      stream.heard(loop.nowNs());
    }
    return !framing().compressed()
        || encoded
        || refuse(Refusal.FRAMING_MALFORMED, "a compressed message without grpc-encoding");
  }

  @Override
  boolean take(ByteBuf from, int offset, int length, ByteBufAllocator allocator) {
    return true;
  }

  @Override
  boolean passWhole(ByteBuf whole, boolean end, ByteBufAllocator allocator) {
    int length = whole.readableBytes();
    if (length == 0) {
      return true;
    }
    boolean slice = length >= SLICE_BYTES_MIN && out().open();
    ByteBuf bytes =
        slice
            ? whole.retainedSlice()
            : allocator
                .buffer(out().open() ? length : Math.max(length, FIRST_COPY_BYTES))
                .writeBytes(whole, whole.readerIndex(), length);
    out().write(bytes, length, end && framing().atBoundary());
    return true;
  }

  @Override
  boolean undecided() {
    return false;
  }

  @Override
  boolean mayBeEmpty() {
    return true;
  }

  @Override
  Peek peek() {
    return NOTHING;
  }

  @Override
  byte @Nullable [] sha256() {
    return null;
  }
}
