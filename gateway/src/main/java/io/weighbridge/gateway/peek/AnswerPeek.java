package io.weighbridge.gateway.peek;

import io.netty.buffer.ByteBuf;
import io.weighbridge.gateway.peek.ProtoWalk.Action;
import org.jspecify.annotations.Nullable;

/**
 * What one answer of a prediction stream says about itself, read while its bytes stream through:
 * which request it belongs to, and whether it is an error. Confined to the call's event loop; one
 * object serves message after message, begun by {@link #reset}, and allocates nothing.
 *
 * <p>There are two dialects. Triton and KServe wrap each answer: error_message = 1, infer_response
 * = 2, with id = 3 inside. MLServer sends the ModelInferResponse itself, whose outputs are field 5,
 * so that a field above 2, or a field 2 that is no message, tells it apart. Nothing is refused
 * here: what a host says is its own affair.
 */
public final class AnswerPeek {
  private static final int ERROR_MESSAGE = 1;
  private static final int INFER_RESPONSE = 2;
  private static final int ID = 3;

  private final CapturedText id = new CapturedText(Peek.ID_BYTES_MAX);
  private final ProtoWalk walk = new ProtoWalk(new Fields());
  private boolean error;
  private boolean plain;

  /** Begins a message of this many bytes. */
  public void reset(int messageBytes) {
    id.clear();
    error = false;
    plain = false;
    walk.reset(messageBytes);
  }

  /** Walks the next bytes of the message. Borrows {@code buf} and leaves its indices alone. */
  public void feed(ByteBuf buf, int offset, int length) {
    if (walk.fault() == null) {
      walk.walk(buf, offset, length);
      plain |= walk.fault() != null;
    }
  }

  /** Whether the message is no ModelStreamInferResponse. */
  public boolean plain() {
    return plain;
  }

  /** Whether it holds an error message. */
  public boolean error() {
    return error && !plain;
  }

  /** The first bytes of the id of the request it answers; empty when it says none. */
  public CapturedText id() {
    return id;
  }

  private final class Fields implements ProtoWalk.Fields {
    @Override
    public Action onTag(int depth, int field, int wireType) {
      boolean bytes = wireType == ProtoWalk.BYTES;
      if (depth == 0) {
        plain |= field > INFER_RESPONSE;
        if (field == INFER_RESPONSE && bytes) {
          return Action.ENTER;
        }
        return field == ERROR_MESSAGE && bytes ? Action.TAKE : Action.SKIP;
      }
      if (field == ID && bytes) {
        id.clear();
        return Action.TAKE;
      }
      return Action.SKIP;
    }

    @Override
    public void onNumber(int depth, int field, long value) {
      // No number is taken.
    }

    @Override
    public void onBytes(int depth, int field, ByteBuf buf, int index, int count) {
      if (depth == 0) {
        error |= count > 0;
      } else {
        id.append(buf, index, count);
      }
    }

    @Override
    public void onEnd(int depth, int field) {
      // What was taken is complete.
    }

    @Override
    public @Nullable Malformed refused() {
      return null;
    }
  }
}
