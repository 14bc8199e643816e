package io.weighbridge.gateway.peek;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What one request message says about its route, read while its bytes stream through. Confined to
 * the call's event loop; one object serves message after message, begun by {@link #reset}, and
 * allocates nothing.
 *
 * <p>A message of up to {@code peekBytesMax} is walked whole before it can be routed, its fields in
 * any order. A longer one is routed at its first tensor (any field from 5 on) that follows the
 * model's name; every routing field must come before that point and that point before {@code
 * peekBytesMax}. Either way the walk goes on to the last byte, so a message that turns out
 * malformed is known before its last bytes are passed on. Verdict and routing point depend on the
 * message alone, never on how it was cut.
 */
public final class Peek {
  /** Longest model name, version and label: what the routing table accepts. */
  public static final int NAME_BYTES_MAX = 256;

  /** How much of the request's id is kept: enough to find a call by, bounded for the record. */
  public static final int ID_BYTES_MAX = 128;

  /** How much of a watched parameter's text is kept; a longer reserved one is refused. */
  public static final int PARAMETER_BYTES_MAX = 256;

  /** Default of {@code peekBytesMax}: below every stream window, above any routing fields seen. */
  public static final int PEEK_BYTES_MAX = 32 * 1024;

  /** Which message is walked. */
  public enum Shape {
    /** ModelInferRequest. */
    INFER,
    /** ModelReadyRequest, ModelMetadataRequest: name 1, version 2, walked whole. */
    MODEL
  }

  /** How far the message is understood. */
  public enum State {
    /** Not routable yet: keep the bytes. */
    NEED_MORE,
    /** The route is fixed; more bytes follow and must still be fed, each before it is passed on. */
    ROUTABLE,
    /** The whole message was walked and is good. */
    COMPLETE,
    /** See {@link #malformed()}; the call must not go on. */
    MALFORMED
  }

  private final int peekBytesMax;
  private final RoutingFields fields = new RoutingFields();
  private final ProtoWalk walk = new ProtoWalk(fields);
  private int messageBytes;
  private State state = State.NEED_MORE;
  private @Nullable Malformed malformed;

  /** A peek that decides within this many bytes. */
  public Peek(int peekBytesMax) {
    this.peekBytesMax = peekBytesMax;
  }

  /**
   * Begins a message.
   *
   * @param messageBytes the message's length, from its gRPC prefix
   * @return MALFORMED for an empty message, which names no model; else NEED_MORE
   */
  public State reset(Shape shape, int messageBytes, ParameterNames watched) {
    if (messageBytes < 0) {
      throw new IllegalArgumentException("message of " + messageBytes + " bytes");
    }
    this.messageBytes = messageBytes;
    malformed = null;
    state = State.NEED_MORE;
    fields.reset(shape, watched, shape == Shape.INFER && messageBytes > peekBytesMax);
    walk.reset(messageBytes);
    return settle();
  }

  /**
   * Walks the next bytes of the message. Borrows {@code buf} and leaves its indices alone.
   *
   * @throws IndexOutOfBoundsException when the message has fewer bytes left
   */
  public State feed(ByteBuf buf, int offset, int length) {
    if (length > messageBytes - walk.position() && state != State.MALFORMED) {
      throw new IndexOutOfBoundsException(
          length + " bytes fed, message has " + (messageBytes - walk.position()) + " left");
    }
    int untilLimit = peekBytesMax - walk.position();
    if (state == State.NEED_MORE && length >= untilLimit && messageBytes > peekBytesMax) {
      walk.walk(buf, offset, untilLimit);
      if (settle() == State.NEED_MORE) {
        return refuse(fields.nameSeen() ? Malformed.ROUTING_TOO_LONG : Malformed.NAME_MISSING);
      }
      return state == State.MALFORMED ? state : feed(buf, offset + untilLimit, length - untilLimit);
    }
    if (state == State.NEED_MORE || state == State.ROUTABLE) {
      walk.walk(buf, offset, length);
      settle();
    }
    return state;
  }

  /** Draws the state from where the walk stands. */
  private State settle() {
    Malformed fault = walk.fault();
    if (fault != null) {
      return refuse(fault);
    }
    if (walk.ended()) {
      if (!fields.nameSeen()) {
        return refuse(Malformed.NAME_MISSING);
      }
      state = State.COMPLETE;
    } else if (fields.routed()) {
      state = State.ROUTABLE;
    }
    return state;
  }

  private State refuse(Malformed why) {
    malformed = why;
    state = State.MALFORMED;
    return state;
  }

  /** How far the message is understood. */
  public State state() {
    return state;
  }

  /** Why the message is malformed; null in every other state. */
  public @Nullable Malformed malformed() {
    return malformed;
  }

  /** The model's name: valid and not empty once the state is ROUTABLE or COMPLETE. */
  public CapturedText name() {
    return fields.name();
  }

  /** The version or label asked for; empty when none was. */
  public CapturedText version() {
    return fields.version();
  }

  /** The first {@link #ID_BYTES_MAX} bytes of the caller's request id, any bytes. */
  public CapturedText id() {
    return fields.id();
  }

  /** The watched parameter of this index in the {@link ParameterNames} given to {@link #reset}. */
  public Parameter parameter(int index) {
    return fields.parameter(index);
  }

  /** Parameter {@code weighbridge_label}: absent, or a valid label. */
  public Parameter label() {
    return fields.parameter(ParameterNames.LABEL);
  }

  /** Parameter {@code sequence_id}: absent, a number, or a text kept whole. */
  public Parameter sequenceId() {
    return fields.parameter(ParameterNames.SEQUENCE_ID);
  }

  /** Parameter {@code priority}: absent, or a number from 0, unsigned. */
  public Parameter priority() {
    return fields.parameter(ParameterNames.PRIORITY);
  }

  /** Parameter {@code timeout}: absent, or a number of microseconds from 0, unsigned. */
  public Parameter timeout() {
    return fields.parameter(ParameterNames.TIMEOUT);
  }
}
