package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.grpc.MessageFraming;
import io.weighbridge.gateway.peek.AnswerPeek;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one host's answer: judged and hashed as they arrive. Confined to the call's event
 * loop; owns the frame it holds.
 *
 * <p>The bytes that complete a message do not pass before its record is written. A stream's message
 * is recorded when it is complete; a single one with the status behind it, so its last frame is
 * held here until then.
 */
final class AnswerBody {
  /** Told what becomes of the answer's bytes. */
  interface Reader {
    /** A message of a stream is complete; false when its bytes must not pass. */
    boolean completed();

    /**
     * Passes bytes on. Takes ownership of {@code data}.
     *
     * @param receiptBytes what the host gets as credit once they have left
     * @param between whether they end where a message ends
     */
    void pass(ByteBuf data, int receiptBytes, boolean between);

    /** The answer breaks a rule. */
    void broken(Refusal why, String detail);
  }

  /** What a rule says about the messages of an answer. */
  enum Kind {
    /** One message, not compressed. */
    SINGLE,
    /** Any number of them, not compressed. */
    STREAM,
    /** Any number, as they come. */
    OPAQUE
  }

  /**
   * A piece of DATA below this is copied when it is held, rather than keeping its whole read buffer
   * alive.
   */
  private static final int SLICE_BYTES_MIN = 8 * 1024;

  private static final int CREDIT_SHARE = 4;

  private static final String MORE_THAN_ONE = "a second message on a unary call";

  private final Kind kind;
  private final CallLimits limits;
  private final Reader reader;
  private final MessageFraming framing = new MessageFraming();
  private final @Nullable AnswerPeek peek;
  private @Nullable ByteBuf held;
  private int uncredited;
  private long messageBytes;
  private boolean recorded;

  AnswerBody(Kind kind, CallLimits limits, Reader reader) {
    this.kind = kind;
    this.limits = limits;
    this.reader = reader;
    peek = kind == Kind.STREAM ? new AnswerPeek() : null;
  }

  /**
   * Takes in a DATA frame. Borrows {@code data}.
   *
   * @param digest of the message at hand, or null
   */
  void receive(
      ByteBuf data, @Nullable MessageDigest digest, CallLoop loop, ByteBufAllocator allocator) {
    if (held != null && data.isReadable()) {
      broken(MORE_THAN_ONE);
      return;
    }
    int at = data.readerIndex();
    while (true) {
      MessageFraming.Piece piece = framing.next(data, at);
      at = framing.nextOffset();
      if (piece == MessageFraming.Piece.NONE) {
        break;
      }
      if (piece == MessageFraming.Piece.BODY) {
        messageBytes += framing.pieceBytes();
        if (peek != null) {
          peek.feed(data, framing.pieceOffset(), framing.pieceBytes());
        }
        if (digest != null) {
          loop.recorder().update(digest, data, framing.pieceOffset(), framing.pieceBytes());
        }
      } else if (!goodPrefix(piece)) {
        return;
      }
      if (framing.messageComplete() && !mayPass(at == data.writerIndex())) {
        return;
      }
    }
    pass(data, allocator);
  }

  /** Whether a message that is complete may go on; of a single one, only its own bytes. */
  private boolean mayPass(boolean last) {
    if (kind == Kind.SINGLE) {
      return last || broken(MORE_THAN_ONE);
    }
    return reader.completed();
  }

  private boolean goodPrefix(MessageFraming.Piece piece) {
    messageBytes = 0;
    recorded = false;
    if (piece == MessageFraming.Piece.BAD_FLAG) {
      return broken("bad message flag");
    }
    if (framing.compressed() && kind != Kind.OPAQUE) {
      return broken("a compressed answer where only identity was accepted");
    }
    if (framing.messageBytes() > limits.messageBytesMax()) {
      reader.broken(Refusal.MESSAGE_TOO_LARGE, "answer of " + framing.messageBytes() + " bytes");
      return false;
    }
    if (peek != null) {
      peek.reset((int) framing.messageBytes());
    }
    return true;
  }

  private boolean broken(String detail) {
    reader.broken(Refusal.HOST_PROTOCOL_ERROR, detail);
    return false;
  }

  /** Holds what completes a single message, passes on what does not. */
  private void pass(ByteBuf data, ByteBufAllocator allocator) {
    int length = data.readableBytes();
    if (length == 0) {
      return;
    }
    boolean copied = length < SLICE_BYTES_MIN;
    if (kind == Kind.SINGLE && framing.messageComplete()) {
      held = copied ? copy(data, allocator) : data.retainedSlice();
      return;
    }
    uncredited += length;
    int receiptBytes = 0;
    if (CREDIT_SHARE * uncredited > limits.streamWindowBytes()) {
      receiptBytes = uncredited;
      uncredited = 0;
    }
    boolean copy = copied && kind != Kind.SINGLE;
    reader.pass(
        copy ? copy(data, allocator) : data.retainedSlice(), receiptBytes, framing.atBoundary());
  }

  /** Or the bytes where they are, for the connection they came on is all callers'. */
  private static ByteBuf copy(ByteBuf data, ByteBufAllocator allocator) {
    int length = data.readableBytes();
    try {
      return allocator.buffer(length).writeBytes(data, data.readerIndex(), length);
    } catch (OutOfMemoryError e) {
      return data.retainedSlice();
    }
  }

  /** Whether the answer may end here with OK. */
  boolean whole() {
    return kind == Kind.SINGLE
        ? framing.messageCount() == 1 && framing.messageComplete()
        : framing.atBoundary();
  }

  /**
   * The frame that completes the answer. Returns it owned by the caller, or null when there is
   * none.
   */
  @Nullable ByteBuf takeHeld() {
    ByteBuf frame = held;
    held = null;
    return frame;
  }

  /** Gives back what is held. */
  void release() {
    ByteBuf frame = takeHeld();
    if (frame != null) {
      frame.release();
    }
  }

  /** What the message at hand says about itself; null where messages are not read. */
  @Nullable AnswerPeek peek() {
    return peek;
  }

  /** Whether there is a message at hand, not recorded yet, and it is complete. */
  boolean messageComplete() {
    return framing.messageComplete() && !recorded;
  }

  /** Bytes of the message at hand received so far. */
  long messageBytes() {
    return messageBytes;
  }

  /** The message at hand is recorded: there is none until the next one begins. */
  void recorded() {
    messageBytes = 0;
    recorded = true;
  }
}
