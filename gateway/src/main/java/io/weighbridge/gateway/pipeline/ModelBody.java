package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.grpc.Inflation;
import io.weighbridge.gateway.grpc.MessageFraming;
import io.weighbridge.gateway.peek.Malformed;
import io.weighbridge.gateway.peek.ParameterNames;
import io.weighbridge.gateway.peek.Peek;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Messages that name a model: each is walked and hashed as it arrives and held until it is decided,
 * then passed on with the version chosen. Confined to the call's event loop; owns the bytes it
 * holds.
 *
 * <p>What is held is a copy in one buffer; the rest of a long message passes as slices of the read
 * buffers.
 */
final class ModelBody extends RequestBody {
  /** What becomes of the message at hand. */
  private enum Fate {
    /** Not understood yet. */
    OPEN,
    /** Understood: somebody has to decide. */
    ASKED,
    PASSED,
    DROPPED
  }

  /** A piece of DATA below this is copied rather than keeping its whole read buffer alive. */
  private static final int SLICE_BYTES_MIN = 2 * 1024;

  /** Field 2, length-delimited: model_version of every request that is forwarded. */
  private static final int VERSION_TAG = 0x12;

  private static final String NOT_COMPRESSED = "not compressed as grpc-encoding says";

  private static final int FIRST_COPY_BYTES_MAX = 16 * 1024;

  private final CallLoop loop;
  private final RpcMethod method;
  private final @Nullable AsciiString encoding;
  private final ParameterNames watched;
  private final Peek peek;

  private Fate fate = Fate.PASSED;
  private int messageBytes;

  /** The message at hand, if it came compressed. */
  private @Nullable CompressedMessage compressed;

  private @Nullable ByteBuf held;
  private byte @Nullable [] appendedVersion;
  private @Nullable MessageDigest digest;
  private @Nullable Asked asked;
  private boolean walked;
  private boolean given;

  /**
   * The messages of a call.
   *
   * @param encoding what they may be compressed with; null: not at all
   * @param watched the parameters worth reading
   */
  ModelBody(
      CallLoop loop, RpcMethod method, @Nullable AsciiString encoding, ParameterNames watched) {
    super(loop.limits());
    this.loop = loop;
    this.method = method;
    this.encoding = encoding;
    this.watched = watched;
    peek = loop.borrowPeek();
  }

  @Override
  boolean begin() {
    if (framing().messageCount() > 1 && !method.streamed()) {
      return refuse(Refusal.CARDINALITY_VIOLATION, "a second message on a unary call");
    }
    countFrom(0);
    closeCompressed();
    return framing().compressed() ? beginCompressed() : begin((int) framing().messageBytes());
  }

  private boolean beginCompressed() {
    if (encoding == null) {
      return refuse(Refusal.FRAMING_MALFORMED, "a compressed message without grpc-encoding");
    }
    Inflation.Encoding known = Inflation.Encoding.named(encoding);
    if (known == null) {
      return refuse(Refusal.COMPRESSION_UNSUPPORTED, "");
    }
    CallLimits limits = limits();
    // What nobody looks into, anybody may send: it says next to nothing.
    int most = method.shape() == null ? limits.peekBytesMax() : limits.inflatedBytesMax();
    int bytesMax = Math.min(most, limits.messageBytesMax());
    compressed = new CompressedMessage(known, bytesMax, limits.peekBytesMax(), loop.inflating());
    fate = Fate.OPEN;
    return framing().messageBytes() > 0 || refuse(Refusal.FRAMING_MALFORMED, NOT_COMPRESSED);
  }

  private boolean begin(int bytes) {
    messageBytes = bytes;
    giveBackDigest();
    appendedVersion = null;
    fate = Fate.OPEN;
    Peek.Shape shape = method.shape();
    if (shape == null) {
      fate = bytes == 0 ? Fate.ASKED : Fate.OPEN;
      int most = limits().peekBytesMax();
      return bytes <= most
          || refuse(
              Refusal.MESSAGE_TOO_LARGE, bytes + " bytes, limit " + most + " for this method");
    }
    walked = true;
    return peek.reset(shape, bytes, watched) != Peek.State.MALFORMED || malformed();
  }

  private boolean malformed() {
    Malformed why = peek.malformed();
    return refuse(Refusal.REQUEST_MALFORMED, why == null ? "" : why.word());
  }

  @Override
  boolean take(ByteBuf from, int offset, int length, ByteBufAllocator allocator) {
    CompressedMessage message = compressed;
    return message == null
        ? takePlain(from, offset, length, allocator)
        : inflate(message, from, offset, length, allocator);
  }

  private boolean inflate(
      CompressedMessage message, ByteBuf from, int offset, int length, ByteBufAllocator allocator) {
    Inflation.State state = message.feed(from, offset, length, allocator);
    freed(message.takeFreed());
    switch (state) {
      case GOOD -> {
        if (!framing().messageComplete()) {
          return true;
        }
      }
      case TOO_LARGE -> {
        return refuse(
            Refusal.MESSAGE_TOO_LARGE, "inflates to more than " + message.bytesMax() + " bytes");
      }
      case OVER_BUDGET -> {
        return refuse(Refusal.OVERLOADED, "compressed requests fill process-buffered-bytes-max");
      }
      case GARBAGE -> {
        return refuse(Refusal.FRAMING_MALFORMED, NOT_COMPRESSED);
      }
    }
    if (!message.complete()) {
      return refuse(Refusal.FRAMING_MALFORMED, NOT_COMPRESSED);
    }
    ByteBuf whole = message.take(allocator);
    int bytes = whole.readableBytes() - MessageFraming.PREFIX_BYTES;
    countFrom(bytes);
    held = whole;
    boolean good = begin(bytes);
    if (good && method.shape() != null) {
      good =
          peek.feed(whole, MessageFraming.PREFIX_BYTES, bytes) != Peek.State.MALFORMED
              || malformed();
    }
    fate = Fate.ASKED;
    return good;
  }

  private void closeCompressed() {
    CompressedMessage message = compressed;
    if (message != null) {
      compressed = null;
      message.close();
    }
  }

  private boolean takePlain(ByteBuf from, int offset, int length, ByteBufAllocator allocator) {
    if (method.shape() == null) {
      hold(from, offset, length, allocator);
      fate = framing().messageComplete() ? Fate.ASKED : Fate.OPEN;
      return true;
    }
    if (peek.feed(from, offset, length) == Peek.State.MALFORMED) {
      return malformed();
    }
    MessageDigest sha256 = digest;
    if (sha256 != null) {
      loop.recorder().update(sha256, from, offset, length);
    }
    switch (fate) {
      case OPEN, ASKED -> {
        hold(from, offset, length, allocator);
        if (peek.state() != Peek.State.NEED_MORE) {
          fate = Fate.ASKED;
        }
      }
      case PASSED -> {
        if (framing().messageComplete()) {
          note();
        }
        pass(from, offset, length, allocator);
      }
      case DROPPED -> freed(length);
    }
    return true;
  }

  private void hold(ByteBuf from, int offset, int length, ByteBufAllocator allocator) {
    ByteBuf buffer = held;
    if (buffer == null) {
      int room = Math.min(messageBytes, Math.max(length, FIRST_COPY_BYTES_MAX));
      buffer = allocator.buffer(MessageFraming.PREFIX_BYTES + room + Outgoing.APPENDIX_BYTES_MAX);
      buffer.writeZero(MessageFraming.PREFIX_BYTES);
      held = buffer;
    }
    buffer.writeBytes(from, offset, length);
  }

  private void pass(ByteBuf from, int offset, int length, ByteBufAllocator allocator) {
    byte[] version = framing().messageComplete() ? appendedVersion : null;
    boolean slice = length >= SLICE_BYTES_MIN && out().open();
    ByteBuf bytes =
        slice
            ? from.retainedSlice(offset, length)
            : allocator
                .buffer(length + (version == null ? 0 : Outgoing.APPENDIX_BYTES_MAX))
                .writeBytes(from, offset, length);
    if (version == null || !slice) {
      if (version != null) {
        writeAppendix(bytes, version);
      }
      out().write(bytes, length, lastOfAll());
      return;
    }
    out().write(bytes, length, false);
    ByteBuf field = Unpooled.buffer(appendixBytes(version));
    writeAppendix(field, version);
    out().write(field, 0, lastOfAll());
  }

  @Override
  boolean undecided() {
    return fate == Fate.ASKED;
  }

  @Override
  boolean mayBeEmpty() {
    return method.answer() == RpcMethod.Answer.REFLECTION;
  }

  /** The message at hand, for whoever answers it here; then {@link #drop} it. */
  byte[] message() {
    ByteBuf buffer = held;
    return buffer == null
        ? new byte[0]
        : ByteBufUtil.getBytes(
            buffer,
            MessageFraming.PREFIX_BYTES,
            buffer.readableBytes() - MessageFraming.PREFIX_BYTES);
  }

  /** A host does not see the message: the gateway answers it. */
  void drop() {
    fate = Fate.DROPPED;
    ByteBuf buffer = held;
    if (buffer != null) {
      held = null;
      CompressedMessage message = compressed;
      freed(message == null ? buffer.readableBytes() : message.withheldBytes());
      buffer.release();
      closeCompressed();
    }
  }

  /**
   * The message goes to the call's host.
   *
   * @param version to append as field 2 because the gateway chose it, or null
   * @param hashed whether the message is hashed for the record
   * @param noted is told length and hash once the message is complete; null for a unary call's
   */
  void pass(byte @Nullable [] version, boolean hashed, @Nullable Asked noted) {
    ByteBuf buffer = held;
    if (buffer == null) {
      throw new IllegalStateException("no message to pass on");
    }
    held = null;
    fate = Fate.PASSED;
    int heldBytes = buffer.readableBytes() - MessageFraming.PREFIX_BYTES;
    if (hashed) {
      MessageDigest sha256 = loop.recorder().sha256();
      digest = sha256;
      loop.recorder().update(sha256, buffer, MessageFraming.PREFIX_BYTES, heldBytes);
    }
    appendedVersion = version;
    buffer.setInt(1, messageBytes + (version == null ? 0 : appendixBytes(version)));
    if (version != null && heldBytes == messageBytes) {
      writeAppendix(buffer, version);
    }
    if (!method.streamed() && 2L * messageBytes <= limits().streamWindowBytes()) {
      // A stream that will not fill its window needs no credit: it ends first.
      out().creditless();
    }
    asked = noted;
    if (heldBytes == messageBytes) {
      note();
    }
    CompressedMessage message = compressed;
    if (message == null) {
      out().write(buffer, MessageFraming.PREFIX_BYTES + heldBytes, lastOfAll());
    } else {
      out().write(buffer, message.withheldBytes(), lastOfAll());
      message.written(out());
      closeCompressed();
    }
  }

  /** The message is complete. */
  private void note() {
    Asked noted = asked;
    if (noted != null) {
      noted.bytes = receivedBytes();
      noted.sha256 = sha256();
      asked = null;
    }
  }

  private static int appendixBytes(byte[] version) {
    return 1 + (version.length < 128 ? 1 : 2) + version.length;
  }

  private static void writeAppendix(ByteBuf to, byte[] version) {
    to.writeByte(VERSION_TAG);
    if (version.length < 128) {
      to.writeByte(version.length);
    } else {
      to.writeByte((version.length & 0x7f) | 0x80).writeByte(version.length >>> 7);
    }
    to.writeBytes(version);
  }

  @Override
  Peek peek() {
    // Before that it holds what another call said.
    return walked ? peek : OpaqueBody.NOTHING;
  }

  @Override
  byte @Nullable [] sha256() {
    MessageDigest sha256 = digest;
    if (sha256 == null || !framing().messageComplete()) {
      return null;
    }
    byte[] result = sha256.digest();
    giveBackDigest();
    return result;
  }

  private void giveBackDigest() {
    MessageDigest sha256 = digest;
    if (sha256 != null) {
      digest = null;
      loop.recorder().giveBack(sha256);
    }
  }

  @Override
  boolean holds() {
    return held != null || compressed != null || super.holds();
  }

  @Override
  void release() {
    super.release();
    ByteBuf buffer = held;
    if (buffer != null) {
      held = null;
      buffer.release();
    }
    giveBackDigest();
    closeCompressed();
    if (!given) {
      given = true;
      loop.giveBack(peek);
    }
  }
}
