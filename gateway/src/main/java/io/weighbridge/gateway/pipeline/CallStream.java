package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.identity.KeyCheck;
import io.weighbridge.gateway.peek.AnswerPeek;
import io.weighbridge.gateway.peek.CapturedText;
import io.weighbridge.gateway.peek.Peek;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.Route;
import io.weighbridge.gateway.route.Router;
import io.weighbridge.gateway.route.ServiceRule;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What a call of many messages has beyond a call of one: it outlives tables, and its messages wait
 * for answers. Confined to the call's event loop.
 *
 * <p>Whoever may not begin the call any more may not go on with it either: keys, permission and the
 * host's proof are looked at again whenever other tables were published, before the next message
 * passes and some times a second.
 */
final class CallStream {
  /** How late, at most, a silent stream notices that its host or its key is gone. */
  static final long LOOK_NS = 250_000_000L;

  private static final AsciiString WANTS_STATUS = AsciiString.cached("triton_grpc_error");

  /** Requests remembered for further answers: what interleaves is rarely more, and memory. */
  private static final int ANSWERED_MAX = 256;

  private final CallerConnection caller;
  private final CallHeaders request;
  private final RpcMethod method;
  private final CallLimits.Streams limits;
  private final long startedNs;
  private final ArrayDeque<Asked> unanswered = new ArrayDeque<>();

  /** Requests with an id that were answered, those answered last at the end. */
  private final ArrayDeque<Asked> answered = new ArrayDeque<>();

  private Tables tables;
  private Caller who;
  private long drainAtNs;
  private boolean draining;
  private long heardNs;
  private @Nullable Asked lastAnswered;
  private long answeredCount;
  private boolean hostAnswered;
  private boolean plain;
  private AsciiString lastRecordId = AsciiString.EMPTY_STRING;
  private final Route named = new Route();

  CallStream(
      CallerConnection caller,
      CallHeaders request,
      RpcMethod method,
      Tables tables,
      Caller who,
      long nowNs) {
    this.caller = caller;
    this.request = request;
    this.method = method;
    this.tables = tables;
    this.who = who;
    limits = caller.loop().limits().streams();
    startedNs = nowNs;
    heardNs = nowNs;
  }

  /** Who calls, as of the last look. */
  Caller who() {
    return who;
  }

  /** What later messages are judged by, as of the last look. */
  Tables tables() {
    return tables;
  }

  /** Why the stream may not go on, or null. */
  @SuppressWarnings("ReferenceEquality") // Tables are published whole: another object is news.
  @Nullable Refusal look(Route route, @Nullable HostAttempt attempt, long nowNs) {
    Tables now = caller.loop().services().tables().get();
    if (tables != now) {
      tables = now;
      Refusal gone = changed(route, attempt, nowNs);
      if (gone != null) {
        return gone;
      }
    }
    if (draining && nowNs - drainAtNs >= 0) {
      return Refusal.DRAINING;
    }
    // Nothing to tell is what a watch waits in.
    boolean mayIdle = method.answer() == RpcMethod.Answer.HEALTH_WATCH;
    return !mayIdle && nowNs - heardNs >= limits.idleMaxNs() ? Refusal.DEADLINE_EXCEEDED : null;
  }

  private @Nullable Refusal changed(Route route, @Nullable HostAttempt attempt, long nowNs) {
    if (method.authenticated()) {
      switch (caller.identify(method, request, tables.keys())) {
        case KeyCheck.Answer.Refused refused -> {
          return refused.refusal();
        }
        case KeyCheck.Answer.Known known -> who = known.caller();
      }
    }
    ServiceRule rule = method.rule();
    Target target = route.target();
    if (rule != null) {
      return allows(who, rule, method) ? null : Refusal.PERMISSION_DENIED;
    }
    if (target == null) {
      return null;
    }
    if (!who.mayCall(target.model())) {
      return Refusal.PERMISSION_DENIED;
    }
    if (attempt != null && target.attested() && !proves(attempt.chosen(), target)) {
      return Refusal.HOST_WITHDRAWN;
    }
    ModelRoute model = tables.routes().find(target.modelUtf8(), target.modelUtf8().length);
    boolean routed = model != null && Router.holds(route, model, tables.hosts());
    if (!routed && !draining) {
      drainAtNs = nowNs + limits.drainMaxNs();
    }
    draining = !routed;
    return null;
  }

  /** Whether this caller may call the method by this rule. */
  static boolean allows(Caller who, ServiceRule rule, RpcMethod method) {
    return who.mayCall(rule.service(), method.path().toString());
  }

  private boolean proves(Eligible chosen, Target target) {
    HostTable.Eligible[] eligible = tables.hosts().eligible(target.slot());
    for (Eligible each : eligible) {
      if (each.host().equals(chosen.host()) && each.bootId().equals(chosen.bootId())) {
        return true;
      }
    }
    return false;
  }

  /** A request goes to the host; null when too many wait for their answer. */
  @Nullable Asked asked(Peek message, long nowNs) {
    if (unanswered.size() >= limits.unansweredMax()) {
      return null;
    }
    heardNs = nowNs;
    Asked asked = new Asked(message, nowNs);
    unanswered.add(asked);
    return asked;
  }

  /**
   * The request an answer belongs to; null for streams whose messages are not read. It is the one
   * whose id the answer says, waiting or answered before; for an id that nobody said, which a host
   * makes up where it got none, one without an id, or else nothing is known of it but that id. An
   * answer without an id is for the longest waiting. Where a host says more than was asked, it goes
   * on with the last one answered.
   */
  @Nullable Asked answered(@Nullable AnswerPeek answer) {
    hostAnswered = true;
    if (answer == null) {
      return null;
    }
    plain = answer.plain();
    Asked last = lastAnswered;
    Asked next = plain || answer.id().isEmpty() ? unanswered.poll() : named(answer.id(), last);
    if (next == null) {
      return last;
    }
    if (next.id.length > 0) {
      remember(next);
    }
    lastAnswered = next;
    return next;
  }

  private Asked named(CapturedText id, @Nullable Asked last) {
    Asked found = take(unanswered.iterator(), id);
    if (found == null) {
      found = take(answered.descendingIterator(), id);
    }
    if (found == null) {
      found = takeUnnamed();
    }
    if (found == null && last != null && last.id.length == 0) {
      found = last;
    }
    return found == null ? new Asked(id, startedNs) : found;
  }

  private static @Nullable Asked take(Iterator<Asked> from, CapturedText id) {
    while (from.hasNext()) {
      Asked each = from.next();
      if (each.is(id)) {
        from.remove();
        return each;
      }
    }
    return null;
  }

  private @Nullable Asked takeUnnamed() {
    for (Asked each : unanswered) {
      if (each.id.length == 0) {
        unanswered.remove(each);
        return each;
      }
    }
    return null;
  }

  private void remember(Asked asked) {
    if (answered.size() == Math.min(ANSWERED_MAX, limits.unansweredMax())) {
      answered.remove();
    }
    answered.add(asked);
  }

  /** Whether a message of the host was recorded, so that the call to it is. */
  boolean hostAnswered() {
    return hostAnswered;
  }

  /** Whether answers have no place for an error. */
  boolean plain() {
    return plain;
  }

  /** A message came that needs no record. */
  void heard(long nowNs) {
    heardNs = nowNs;
  }

  /** A message is recorded. */
  void recorded(AsciiString recordId, long nowNs) {
    heardNs = nowNs;
    answeredCount++;
    lastRecordId = recordId;
  }

  /** How the message at hand names its version. */
  Route named() {
    return named;
  }

  /** Whether an error is told by a status, and so the end, instead of a message. */
  boolean wantsStatus() {
    if (plain) {
      return true;
    }
    AsciiString wanted = request.block().find(WANTS_STATUS);
    return wanted != null && wanted.contentEqualsIgnoreCase("true");
  }

  /** Messages recorded so far: the position of the next. */
  long answeredCount() {
    return answeredCount;
  }

  /** The last record's id; empty before the first. */
  AsciiString lastRecordId() {
    return lastRecordId;
  }
}
