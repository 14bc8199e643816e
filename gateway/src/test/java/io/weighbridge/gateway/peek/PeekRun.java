package io.weighbridge.gateway.peek;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weighbridge.gateway.peek.Peek.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Feeds a whole message and keeps what came out. */
record PeekRun(
    State state,
    @Nullable Malformed malformed,
    int routedAtBytes,
    String name,
    String version,
    String id) {

  static final ParameterNames NAMES = ParameterNames.of(List.of("user"));

  private static final int NEVER = -1;

  /** Walks the message cut into chunks of this many bytes. */
  static PeekRun inChunks(Peek peek, byte[] message, int chunkBytes) {
    peek.reset(Peek.Shape.INFER, message.length, NAMES);
    // A margin on both sides: an index taken from the buffer's start instead of the offset shows.
    ByteBuf buf = Unpooled.buffer().writeByte(0x7f).writeBytes(message).writeByte(0x7f);
    int routedAt = NEVER;
    for (int at = 0; at < message.length; at += chunkBytes) {
      int count = Math.min(chunkBytes, message.length - at);
      State state = peek.feed(buf, 1 + at, count);
      if (routedAt == NEVER && (state == State.ROUTABLE || state == State.COMPLETE)) {
        routedAt = at + count;
      }
    }
    return of(peek, routedAt);
  }

  /** Walks the message cut in two. */
  static PeekRun cutAt(Peek peek, byte[] message, int cut) {
    peek.reset(Peek.Shape.INFER, message.length, NAMES);
    ByteBuf buf = Unpooled.wrappedBuffer(message);
    peek.feed(buf, 0, cut);
    peek.feed(buf, cut, message.length - cut);
    return of(peek, NEVER);
  }

  private static PeekRun of(Peek peek, int routedAt) {
    if (peek.state() == State.MALFORMED) {
      return new PeekRun(peek.state(), peek.malformed(), routedAt, "", "", "");
    }
    return new PeekRun(
        peek.state(),
        null,
        routedAt,
        peek.name().toString(),
        peek.version().toString(),
        peek.id().toString());
  }
}
