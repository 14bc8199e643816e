package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.observe.trace.TraceContext;
import io.weighbridge.gateway.route.Route;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a call once its caller is. Confined to the call's event loop; its parts fill as
 * the stages find out.
 *
 * @param tables the call is decided by
 * @param stream null for a call of one message
 */
record CallFacts(
    RpcMethod method,
    Caller caller,
    CallHeaders headers,
    Tables tables,
    RequestBody body,
    Route route,
    TraceContext trace,
    @Nullable CallStream stream) {

  /** Whether the call leaves a record of its own: all but probes, which anybody may send. */
  boolean recorded() {
    return method.authenticated() || method.rule() != null;
  }

  /** How the host answers. */
  AnswerBody.Kind answerKind() {
    if (!method.streamed()) {
      return AnswerBody.Kind.SINGLE;
    }
    return method.rule() == null ? AnswerBody.Kind.STREAM : AnswerBody.Kind.OPAQUE;
  }
}
