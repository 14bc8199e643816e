package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.admission.Admission;
import io.weighbridge.gateway.admission.PressureCause;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.HeaderBlock;
import org.jspecify.annotations.Nullable;

/**
 * The last word of one call: it is recorded, and only then do its last bytes leave. Confined to the
 * call's event loop.
 *
 * @param why null when a host's status ends the call
 * @param detail what is special about a refusal; may be empty
 * @param trailers the host's, or null
 * @param waitNs how long it takes at least until the same call may succeed; 0 when nobody knows
 */
record CallEnd(
    int grpcCode,
    @Nullable Refusal why,
    String detail,
    @Nullable HeaderBlock trailers,
    long waitNs) {

  /** The gateway's own word. */
  static CallEnd refused(Refusal why, String detail) {
    return new CallEnd(why.grpcCode(), why, detail, null, 0);
  }

  /** The gateway's own word, before the call goes to a host. */
  static CallEnd refused(Admission.Refused by) {
    return new CallEnd(by.why().grpcCode(), by.why(), by.detail(), null, by.waitNs());
  }

  /** The caller's stream is over: by a reset, or for what we found wrong with it. */
  static CallEnd reset(long errorCode) {
    if (errorCode == ErrorCode.NO_ROOM) {
      return refused(PressureCause.QUEUED_BYTES.refused());
    }
    if (errorCode == ErrorCode.STALLED) {
      return refused(
          Refusal.DEADLINE_EXCEEDED, "the caller stopped taking the answer (write-stall-max)");
    }
    if (errorCode == ErrorCode.VIOLATED) {
      return refused(Refusal.FRAMING_MALFORMED, "the stream's frames break HTTP/2");
    }
    return errorCode == ErrorCode.LIST_TOO_LARGE
        ? refused(Refusal.REQUEST_MALFORMED, "the header list is too large (header-list-bytes-max)")
        : refused(Refusal.CANCELLED, "");
  }

  /** Why the gateway itself ends the call; what nothing explains is a defect. */
  Refusal ours() {
    return why == null ? Refusal.INTERNAL : why;
  }

  /** A host's status. */
  static CallEnd answered(int grpcCode, HeaderBlock trailers) {
    return new CallEnd(grpcCode, null, "", trailers, 0);
  }

  /**
   * Records and says it.
   *
   * @param facts null while the caller is not known
   * @param attempt the last try, or null
   */
  void say(
      CallLoop loop,
      @Nullable CallFacts facts,
      CallOutcome outcome,
      @Nullable HostAttempt attempt,
      Reply reply) {
    if (facts == null || !facts.recorded()) {
      loop.services().events().refusedUnidentified(why == null ? "" : why.reason(), grpcCode);
      respond(loop, reply, facts, attempt, AsciiString.EMPTY_STRING);
      return;
    }
    AsciiString recordId = outcome.end(loop, facts, attempt, why, grpcCode);
    if (recordId.isEmpty()
        && owesRecord(facts)
        && !loop.servesUnrecorded()
        && why != Refusal.CANCELLED) {
      loop.metrics().refused(Refusal.AUDIT_UNAVAILABLE);
      CallEnd lost = refused(Refusal.AUDIT_UNAVAILABLE, "");
      lost.respond(loop, reply, facts, attempt, AsciiString.EMPTY_STRING);
      outcome.observe(loop, facts, attempt, lost.grpcCode, lost.why, AsciiString.EMPTY_STRING);
      return;
    }
    respond(loop, reply, facts, attempt, recordId);
    outcome.observe(loop, facts, attempt, grpcCode, why, recordId);
  }

  private boolean owesRecord(CallFacts facts) {
    CallStream stream = facts.stream();
    return stream == null || !CallOutcome.toldByMessages(stream, grpcCode);
  }

  private void respond(
      CallLoop loop,
      Reply reply,
      @Nullable CallFacts facts,
      @Nullable HostAttempt from,
      AsciiString recordId) {
    if (why == Refusal.CANCELLED) {
      return;
    }
    if (trailers == null || from == null || facts == null) {
      reply.refuse(this, recordId, loop.admission().pushbackMs(waitNs));
    } else {
      ByteBuf held = from.answer().takeHeld();
      if (held != null) {
        reply.piece(held, 0, true);
      }
      if (reply.begun()) {
        reply.end(ForwardedHeaders.last(new HeaderBlock(), trailers), recordId);
      } else {
        HeaderBlock head = ForwardedHeaders.head(facts, from.head().digest());
        reply.endFrom(head, ForwardedHeaders.last(new HeaderBlock(), trailers), recordId);
      }
    }
    reply.stopRequest();
  }
}
