package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.peek.CapturedText;
import io.weighbridge.gateway.peek.Parameter;
import io.weighbridge.gateway.peek.Peek;
import io.weighbridge.gateway.route.Ask;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.Route;
import io.weighbridge.gateway.route.Router;
import org.jspecify.annotations.Nullable;

/**
 * From what a message says to who may answer it: permission, then the version. Confined to its
 * event loop, whose calls share it.
 */
final class Routing {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final Router router;
  private final Ask ask = new Ask();

  Routing(Router router) {
    this.router = router;
  }

  /**
   * Routes a call by its first message.
   *
   * @return why it has no route, or null when {@code answer} holds one
   */
  @Nullable Refusal route(
      Tables tables, Caller caller, HeaderBlock headers, Peek peek, Route answer) {
    ModelRoute found = find(tables, peek);
    if (!mayCall(caller, found)) {
      // Also for a model that does not exist: who may not see it cannot tell.
      return Refusal.PERMISSION_DENIED;
    }
    if (found == null) {
      return Refusal.MODEL_UNKNOWN;
    }
    ask.clear();
    AskReader.fill(ask, found, caller, headers, peek, tables.parameterNames());
    router.choose(found, tables.hosts(), ask, answer);
    return answer.target() == null && answer.refusal() == null
        ? Refusal.VERSION_UNKNOWN
        : answer.refusal();
  }

  /**
   * Whether a later message of a stream may go where the first one went.
   *
   * @param answer tells how the message names the version: by nothing, itself, or a label
   * @return why not, or null
   */
  @Nullable Refusal follow(Tables tables, Caller caller, Peek peek, Target first, Route answer) {
    answer.clear();
    ModelRoute found = find(tables, peek);
    if (!mayCall(caller, found)) {
      return Refusal.PERMISSION_DENIED;
    }
    if (found == null || !found.name().equals(first.model())) {
      return Refusal.STREAM_TARGET_CHANGED;
    }
    ask.clear();
    AskReader.named(ask, peek);
    if (ask.versionBytes == 0 && ask.labelBytes == 0) {
      return null;
    }
    router.choose(found, tables.hosts(), ask, answer);
    Target target = answer.target();
    if (target == null) {
      return answer.refusal();
    }
    return target.slot() == first.slot() ? null : Refusal.STREAM_TARGET_CHANGED;
  }

  private static @Nullable ModelRoute find(Tables tables, Peek peek) {
    return tables.routes().find(peek.name().array(), peek.name().length());
  }

  private static boolean mayCall(Caller caller, @Nullable ModelRoute model) {
    return model == null ? caller.mayCallAll() : caller.mayCall(model.name());
  }

  /**
   * A number for the sequence the message belongs to, the same on every gateway; 0 for none, which
   * is what a {@code sequence_id} of 0 or "" means as well.
   */
  static long sequence(Peek peek) {
    Parameter id = peek.sequenceId();
    if (!id.isPresent()) {
      return 0;
    }
    long hash = FNV_OFFSET;
    CapturedText text = id.text();
    if (id.kind() == Parameter.Kind.TEXT) {
      for (int i = 0; i < text.length(); i++) {
        hash = (hash ^ text.array()[i]) * FNV_PRIME;
      }
      return text.isEmpty() ? 0 : hash | 1;
    }
    return id.number() == 0 ? 0 : (hash ^ id.number()) * FNV_PRIME | 1;
  }
}
