package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.grpc.MessageFraming;
import io.weighbridge.gateway.peek.Malformed;
import io.weighbridge.gateway.peek.ParameterNames;
import io.weighbridge.gateway.peek.Peek;
import io.weighbridge.gateway.record.Recorder;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The request message of one call: walked and hashed as it arrives, kept until it is routed, then
 * passed on. Confined to the call's event loop; owns the bytes it keeps.
 *
 * <p>Until a host takes it, the message is copied into one buffer; so is a short one after that,
 * for a second try. The rest of a long message is passed on as slices of the read buffers. What is
 * kept is bounded by the stream's window, for no credit is given before bytes are passed on.
 */
final class RequestBody {
  /** Where a request goes once it is routed. */
  interface Sink {
    /**
     * Passes bytes on. Takes ownership of {@code data}. The caller gets {@code creditBytes} when
     * they have left.
     */
    void send(ByteBuf data, boolean endStream, int creditBytes);
  }

  /** What is known after some bytes. */
  enum Progress {
    /** More bytes are needed before the call can be routed, or all is passed on already. */
    MORE,
    /** The call can be routed now. */
    ROUTABLE,
    /** See {@link #refusal} and {@link #detail}. */
    REFUSED
  }

  /** A piece of DATA below this is copied rather than keeping its whole read buffer alive. */
  private static final int SLICE_BYTES_MIN = 2 * 1024;

  /** Field 2, length-delimited: model_version of both requests that are forwarded. */
  private static final int VERSION_TAG = 0x12;

  private static final int APPENDIX_BYTES_MAX = 1 + 2 + Peek.NAME_BYTES_MAX;
  private static final int FIRST_COPY_BYTES_MAX = 16 * 1024;

  private final CallLimits limits;
  private final Peek peek;
  private final Recorder recorder;
  private final MessageFraming framing = new MessageFraming();
  private Peek.@Nullable Shape shape;
  private ParameterNames watched = Tables.EMPTY.parameterNames();

  private @Nullable ByteBuf kept;
  private @Nullable Sink sink;
  private byte @Nullable [] appendedVersion;
  private @Nullable MessageDigest digest;
  private long receivedBytes;
  private boolean passedOnBeyondKept;
  private boolean callerEnded;
  private boolean encoded;
  private boolean routableTold;
  private Refusal refusal = Refusal.INTERNAL;
  private String detail = "";

  RequestBody(CallLimits limits, Peek peek, Recorder recorder) {
    this.limits = limits;
    this.peek = peek;
    this.recorder = recorder;
  }

  /** Says what kind of message is expected; null: one that is not looked into. */
  void expect(
      Peek.@Nullable Shape expectedShape, ParameterNames watchedNames, boolean mayBeEncoded) {
    encoded = mayBeEncoded;
    shape = expectedShape;
    watched = watchedNames;
  }

  /** Takes in a DATA frame. Borrows {@code data}. */
  Progress receive(ByteBuf data, boolean endStream, ByteBufAllocator allocator) {
    int at = data.readerIndex();
    while (true) {
      MessageFraming.Piece piece = framing.next(data, at);
      at = framing.nextOffset();
      switch (piece) {
        case NONE -> {
          return endStream ? ended() : progress();
        }
        case BAD_FLAG -> {
          return refuse(Refusal.FRAMING_MALFORMED, "compressed flag is neither 0 nor 1");
        }
        case PREFIX -> {
          if (!begin()) {
            return Progress.REFUSED;
          }
        }
        case BODY -> {
          if (!take(data, endStream, allocator)) {
            return Progress.REFUSED;
          }
        }
      }
    }
  }

  private boolean begin() {
    if (framing.messageCount() > 1) {
      refuse(Refusal.CARDINALITY_VIOLATION, "a second message on a unary call");
      return false;
    }
    if (framing.compressed()) {
      if (encoded) {
        refuse(Refusal.COMPRESSION_UNSUPPORTED, "");
      } else {
        refuse(Refusal.FRAMING_MALFORMED, "a compressed message without grpc-encoding");
      }
      return false;
    }
    if (framing.messageBytes() > limits.messageBytesMax()) {
      refuse(
          Refusal.MESSAGE_TOO_LARGE,
          framing.messageBytes() + " bytes, limit " + limits.messageBytesMax());
      return false;
    }
    if (shape == null) {
      return true;
    }
    Peek.State state = peek.reset(shape, (int) framing.messageBytes(), watched);
    return state != Peek.State.MALFORMED || malformed();
  }

  private boolean malformed() {
    Malformed why = peek.malformed();
    refuse(Refusal.REQUEST_MALFORMED, why == null ? "" : why.word());
    return false;
  }

  private boolean take(ByteBuf data, boolean endStream, ByteBufAllocator allocator) {
    int offset = framing.pieceOffset();
    int length = framing.pieceBytes();
    receivedBytes += length;
    if (shape == null) {
      return true;
    }
    if (peek.feed(data, offset, length) == Peek.State.MALFORMED) {
      return malformed();
    }
    MessageDigest sha256 = digest;
    if (sha256 != null) {
      recorder.update(sha256, data, offset, length);
    }
    Sink to = sink;
    if (to == null) {
      keep(data, offset, length, allocator);
      return true;
    }
    passedOnBeyondKept = true;
    boolean last = framing.messageComplete();
    ByteBuf out =
        length < SLICE_BYTES_MIN
            ? allocator.buffer(length).writeBytes(data, offset, length)
            : data.retainedSlice(offset, length);
    byte[] version = appendedVersion;
    if (last && version != null) {
      to.send(out, false, length);
      to.send(appendix(version), endStream, 0);
    } else {
      to.send(out, last && endStream, length);
    }
    callerEnded |= last && endStream;
    return true;
  }

  private void keep(ByteBuf data, int offset, int length, ByteBufAllocator allocator) {
    ByteBuf buffer = kept;
    if (buffer == null) {
      int room = (int) Math.min(framing.messageBytes(), Math.max(length, FIRST_COPY_BYTES_MAX));
      buffer = allocator.buffer(MessageFraming.PREFIX_BYTES + room + APPENDIX_BYTES_MAX);
      buffer.writeZero(MessageFraming.PREFIX_BYTES);
      kept = buffer;
    }
    buffer.writeBytes(data, offset, length);
  }

  private Progress progress() {
    if (routableTold) {
      return Progress.MORE;
    }
    Peek.State state = shape == null ? Peek.State.NEED_MORE : peek.state();
    boolean routable =
        state == Peek.State.ROUTABLE
            || (framing.messageComplete() && (shape == null || state == Peek.State.COMPLETE));
    if (!routable) {
      return Progress.MORE;
    }
    routableTold = true;
    return Progress.ROUTABLE;
  }

  /** The caller has sent everything, with DATA or without. */
  Progress ended() {
    if (framing.messageCount() != 1 || !framing.messageComplete()) {
      return refuse(
          Refusal.FRAMING_MALFORMED,
          framing.messageCount() == 0 ? "no message" : "the message ends before its length");
    }
    Sink to = sink;
    if (to != null && !callerEnded) {
      to.send(Unpooled.EMPTY_BUFFER, true, 0);
    }
    callerEnded = true;
    return progress();
  }

  private Progress refuse(Refusal why, String what) {
    refusal = why;
    detail = what;
    return Progress.REFUSED;
  }

  /**
   * Fixes what is done with the message from here on.
   *
   * @param version to append as field 2 because the gateway chose it, or null
   * @param hashed whether the message is hashed for the record
   */
  void routed(byte @Nullable [] version, boolean hashed) {
    appendedVersion = version;
    ByteBuf buffer = kept;
    if (hashed) {
      MessageDigest sha256 = recorder.sha256();
      digest = sha256;
      if (buffer != null) {
        recorder.update(
            sha256,
            buffer,
            MessageFraming.PREFIX_BYTES,
            buffer.readableBytes() - MessageFraming.PREFIX_BYTES);
      }
    }
  }

  /**
   * Sends what is kept, and from now on everything that comes, to a host. For a second try: to
   * another one.
   */
  void sendTo(Sink to) {
    boolean again = sink != null;
    sink = to;
    ByteBuf buffer = kept;
    if (buffer == null) {
      throw new IllegalStateException("nothing to send");
    }
    byte[] version = appendedVersion;
    int appended = version == null ? 0 : appendixBytes(version);
    int keptMessageBytes = buffer.readableBytes() - MessageFraming.PREFIX_BYTES;
    if (!again) {
      buffer.setInt(1, (int) framing.messageBytes() + appended);
    }
    boolean whole = framing.messageComplete() && !passedOnBeyondKept;
    if (whole && version != null && keptMessageBytes == framing.messageBytes()) {
      writeAppendix(buffer, version);
    }
    // A stream that will not fill its window needs no credit: it ends first.
    boolean credit = !again && 2 * framing.messageBytes() > limits.streamWindowBytes();
    boolean replay = framing.messageBytes() <= limits.retryBodyBytesMax();
    ByteBuf out = replay ? buffer.retainedSlice() : buffer;
    if (!replay) {
      kept = null;
    }
    to.send(out, whole && callerEnded, credit ? keptMessageBytes : 0);
  }

  /** Whether {@link #sendTo} can be called for another host. */
  boolean replayable() {
    return kept != null && !passedOnBeyondKept;
  }

  /** No second try will be made. */
  void forgetKept() {
    ByteBuf buffer = kept;
    if (buffer != null) {
      kept = null;
      buffer.release();
    }
  }

  /** Gives everything back. */
  void release() {
    forgetKept();
    sink = null;
    MessageDigest sha256 = digest;
    if (sha256 != null) {
      digest = null;
      recorder.giveBack(sha256);
    }
  }

  private static int appendixBytes(byte[] version) {
    return 1 + (version.length < 128 ? 1 : 2) + version.length;
  }

  private static ByteBuf appendix(byte[] version) {
    ByteBuf field = Unpooled.buffer(appendixBytes(version));
    writeAppendix(field, version);
    return field;
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

  Peek peek() {
    return peek;
  }

  /** Whether the caller is still to send something. */
  boolean waiting() {
    return !callerEnded;
  }

  Refusal refusal() {
    return refusal;
  }

  String detail() {
    return detail;
  }

  /** Message bytes received, without the prefix. */
  long receivedBytes() {
    return receivedBytes;
  }

  /** SHA-256 of the message, or null when it is not hashed or not complete. */
  byte @Nullable [] sha256() {
    MessageDigest sha256 = digest;
    if (sha256 == null || !framing.messageComplete()) {
      return null;
    }
    byte[] result = sha256.digest();
    digest = null;
    recorder.giveBack(sha256);
    return result;
  }
}
