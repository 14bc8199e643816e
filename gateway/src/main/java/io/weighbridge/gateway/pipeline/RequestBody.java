package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.grpc.MessageFraming;
import io.weighbridge.gateway.peek.Peek;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one call's request, on their way to a host. Confined to the call's event loop.
 *
 * <p>DATA is {@linkplain #offer offered}, then {@link #next} is asked until it needs more: it stops
 * at each message whose way somebody has to decide.
 */
abstract sealed class RequestBody permits ModelBody, OpaqueBody {
  /** What {@link #next} came to. */
  enum Progress {
    /** All that was offered is used up. */
    MORE,
    /** A message is understood: say what becomes of it. */
    MESSAGE,
    /** See {@link #refusal} and {@link #detail}. */
    REFUSED
  }

  private final CallLimits limits;
  private final MessageFraming framing = new MessageFraming();
  private final Outgoing out;

  private ByteBuf data = Unpooled.EMPTY_BUFFER;
  private int at;
  private boolean dataEnds;
  private boolean ended;
  private long receivedBytes;
  private int freedBytes;
  private boolean released;
  private Refusal refusal = Refusal.INTERNAL;
  private String detail = "";

  RequestBody(CallLimits limits) {
    this.limits = limits;
    out = new Outgoing(limits);
  }

  /** The messages of a call of this method. */
  static RequestBody of(
      RpcMethod method,
      CallLoop loop,
      CallHeaders headers,
      Tables tables,
      @Nullable CallStream stream) {
    return method.rule() == null
        ? new ModelBody(loop, method, headers.encoding(), tables.parameterNames())
        : new OpaqueBody(loop, headers.encoding() != null, stream);
  }

  /** What arrived. Borrows {@code newData} until {@link #next} says MORE or REFUSED. */
  final void offer(ByteBuf newData, boolean endStream) {
    data = newData;
    at = newData.readerIndex();
    dataEnds = endStream;
  }

  /** Goes through what was offered, up to the next message to decide on. */
  final Progress next(ByteBufAllocator allocator) {
    while (!released) {
      MessageFraming.Piece piece = framing.next(data, at);
      at = framing.nextOffset();
      boolean good =
          switch (piece) {
            case NONE -> used(allocator);
            case BAD_FLAG ->
                refuse(Refusal.FRAMING_MALFORMED, "compressed flag is neither 0 nor 1");
            case PREFIX -> prefix();
            case BODY -> body(allocator);
          };
      if (!good) {
        return Progress.REFUSED;
      }
      if (undecided()) {
        return Progress.MESSAGE;
      }
      if (piece == MessageFraming.Piece.NONE) {
        break;
      }
    }
    data = Unpooled.EMPTY_BUFFER;
    at = 0;
    return Progress.MORE;
  }

  private boolean prefix() {
    long bytes = framing.messageBytes();
    if (bytes > limits.messageBytesMax()) {
      return refuse(Refusal.MESSAGE_TOO_LARGE, bytes + " bytes, limit " + limits.messageBytesMax());
    }
    return begin();
  }

  private boolean body(ByteBufAllocator allocator) {
    receivedBytes += framing.pieceBytes();
    return take(data, framing.pieceOffset(), framing.pieceBytes(), allocator);
  }

  /** All of the data was looked at, and maybe all there will be. */
  private boolean used(ByteBufAllocator allocator) {
    if (!passWhole(data, dataEnds, allocator)) {
      return false;
    }
    if (!dataEnds || ended) {
      return true;
    }
    if (!framing.atBoundary()) {
      return refuse(Refusal.FRAMING_MALFORMED, "the message ends before its length");
    }
    ended = true;
    if (framing.messageCount() == 0 && !mayBeEmpty()) {
      return refuse(Refusal.FRAMING_MALFORMED, "no message");
    }
    if (!out.ended()) {
      out.end();
    }
    return true;
  }

  /** A message begins; false when it is refused. */
  abstract boolean begin();

  /** A part of the message's body; false when it is refused. Borrows {@code from}. */
  abstract boolean take(ByteBuf from, int offset, int length, ByteBufAllocator allocator);

  /** All of the data was taken. Borrows {@code whole}. */
  boolean passWhole(ByteBuf whole, boolean end, ByteBufAllocator allocator) {
    return true;
  }

  /** Whether somebody has to say now what becomes of the message. */
  abstract boolean undecided();

  /** Whether a request without any message is one. */
  abstract boolean mayBeEmpty();

  /** What was read off the message. */
  abstract Peek peek();

  /** SHA-256 of the message, or null when it is not hashed or not complete. */
  abstract byte @Nullable [] sha256();

  /** Whether bytes are kept here, for it is not decided where they go or no host takes them yet. */
  boolean holds() {
    return out.keeps();
  }

  /** Gives everything back. */
  void release() {
    released = true;
    out.release();
  }

  /** Notes why the request is refused. */
  final boolean refuse(Refusal why, String what) {
    refusal = why;
    detail = what;
    return false;
  }

  final CallLimits limits() {
    return limits;
  }

  final MessageFraming framing() {
    return framing;
  }

  /** Where the bytes leave. */
  final Outgoing out() {
    return out;
  }

  /** The piece just found completes both its message and the request. */
  final boolean lastOfAll() {
    return dataEnds && framing.messageComplete() && at == data.writerIndex();
  }

  /** Length of the message at hand, without its prefix; of a compressed one, as it came. */
  final long messageBytes() {
    return framing.messageBytes();
  }

  /** Bytes of the caller's window that are free again, without having left for a host. */
  final void freed(int byteCount) {
    freedBytes += byteCount;
  }

  /** What was freed since this was asked. */
  final int takeFreed() {
    int freed = freedBytes;
    freedBytes = 0;
    return freed;
  }

  /** Whether the caller is still to send something. */
  final boolean waiting() {
    return !ended && !out.ended();
  }

  /** Whether the caller owes the rest of a message. */
  final boolean withinMessage() {
    return !framing.atBoundary();
  }

  final Refusal refusal() {
    return refusal;
  }

  final String detail() {
    return detail;
  }

  /** Message bytes received since {@link #countFrom}, without prefixes. */
  final long receivedBytes() {
    return receivedBytes;
  }

  /** Begins to count received bytes from here. */
  final void countFrom(long bytes) {
    receivedBytes = bytes;
  }
}
