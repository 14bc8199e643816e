package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.admission.PressureCause;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.grpc.GrpcTimeout;
import io.weighbridge.gateway.grpc.HeaderFault;
import io.weighbridge.gateway.grpc.HeaderRules;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.http2.StreamListener;
import io.weighbridge.gateway.identity.KeyCheck;
import io.weighbridge.gateway.observe.trace.TraceContext;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.ModelSpec.PayloadDigest;
import io.weighbridge.gateway.route.Route;
import io.weighbridge.gateway.route.ServiceRule;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call, from its first header to its last: the one class that knows the order of the stages.
 * Confined to its event loop.
 *
 * <p>Read it top-down: {@link #headers} identifies, {@link #data} brings messages, {@link #message}
 * decides about each: the first permits, routes and admits the call, and {@link HostAttempts} finds
 * it a host. The answer comes back through {@link #answerBegins}, {@link #answerContinues} and, for
 * each message of a stream, {@link #messageAnswered}; {@link #end} records what is not yet.
 */
final class ProxyCall implements StreamListener {
  /** How far the call has come; it only moves forward. */
  private enum Stage {
    NEW,
    /** Identified; the request is coming in. */
    RECEIVING,
    /** Routed; a host is at work or being waited for. */
    ROUTED,
    ENDED
  }

  private final CallerConnection caller;
  private final CallLoop loop;
  private final int streamId;
  private final CallHeaders request = new CallHeaders();
  private final Route route = new Route();
  private final CallOutcome outcome = new CallOutcome();
  private final Reply reply;
  private final CallClock clock;
  private final HostAttempts attempts;

  private Stage stage = Stage.NEW;

  /** Not null for what the gateway answers itself. */
  private @Nullable LocalCall local;

  /** Null until the caller is known; then everything that is. */
  private @Nullable CallFacts facts;

  ProxyCall(CallerConnection caller, int streamId) {
    this.caller = caller;
    this.streamId = streamId;
    loop = caller.loop();
    reply = new Reply(caller, streamId);
    clock = new CallClock(this, loop, reply);
    attempts = new HostAttempts(this, outcome, clock, reply);
  }

  // The request.

  @Override
  public void headers(HeaderBlock block, boolean endStream) {
    reply.heard(endStream);
    if (stage != Stage.NEW) {
      HeaderFault bad = CallHeaders.judge(block, HeaderRules.Block.TRAILERS, loop.headerRules());
      if (bad != null) {
        refuse(Refusal.REQUEST_MALFORMED, "bad trailers: " + bad);
      }
      receive(Unpooled.EMPTY_BUFFER, endStream);
      return;
    }
    outcome.began(loop);
    HeaderFault fault = request.read(block, loop.headerRules());
    if (fault != null) {
      NoCall.refuse(fault, caller, streamId, endStream);
      finished();
      return;
    }
    Tables tables = loop.services().tables().get();
    boolean reflected = loop.services().local().reflection() != null;
    RpcMethod method = RpcMethod.of(request.path(), tables.services(), reflected);
    if (method == null || request.timeoutNs() == GrpcTimeout.BAD) {
      refuse(method == null ? Refusal.METHOD_UNKNOWN : Refusal.TIMEOUT_MALFORMED, "");
      return;
    }
    switch (caller.identify(method, request, tables.keys())) {
      case KeyCheck.Answer.Refused refused -> refuse(refused.refusal(), "");
      case KeyCheck.Answer.Known known -> begin(method, known.caller(), tables);
    }
    if (endStream) {
      receive(Unpooled.EMPTY_BUFFER, true);
    }
  }

  private void begin(RpcMethod method, Caller who, Tables tables) {
    long nowNs = outcome.startedNs();
    TraceContext trace = new TraceContext();
    loop.traces().begin(trace, request.traceparent());
    CallStream stream =
        method.streamed() ? new CallStream(caller, request, method, tables, who, nowNs) : null;
    RequestBody body = RequestBody.of(method, loop, request, tables, stream);
    CallFacts known = new CallFacts(method, who, request, tables, body, route, trace, stream);
    facts = known;
    stage = Stage.RECEIVING;
    local = method.local() ? new LocalCall(this, known, caller, reply) : null;
    clock.start(known, nowNs);
    ServiceRule rule = method.rule();
    // Its messages say nothing about where it goes.
    if (rule != null && CallStream.allows(who, rule, method)) {
      route.chose(rule);
      attempt(known, rule.target(), rule.hosts());
    } else if (rule != null) {
      refuse(Refusal.PERMISSION_DENIED, "");
    }
  }

  @Override
  public void data(ByteBuf data, boolean endStream) {
    clock.heard();
    reply.heard(endStream);
    receive(data, endStream);
  }

  private void receive(ByteBuf data, boolean endStream) {
    CallFacts known = facts;
    if (known == null) {
      return;
    }
    RequestBody body = known.body();
    body.offer(data, endStream);
    try {
      takeIn(known, body);
    } catch (OutOfMemoryError _) {
      // Netty counts what buffers may have; the process is well, and the connection is others' too.
      refuse(CallEnd.refused(loop.admission().missed()));
    }
    if (stage == Stage.ENDED) {
      // Passing the request on ended the call; what came after that is nobody's.
      body.release();
    }
  }

  /** Goes through what was offered until there is no more of it. */
  private void takeIn(CallFacts known, RequestBody body) {
    while (stage != Stage.ENDED) {
      switch (body.next(caller.allocator())) {
        case MORE -> {
          if (body.holds() && loop.admission().isShort()) {
            refuse(CallEnd.refused(PressureCause.DIRECT_MEMORY.refused()));
            break;
          }
          creditCaller(body.takeFreed());
          if (local != null) {
            local.asked(body);
          }
          return;
        }
        case MESSAGE -> message(known, (ModelBody) body);
        case REFUSED -> refuse(body.refusal(), body.detail());
      }
    }
  }

  /** A message is understood: decides where it goes. */
  private void message(CallFacts known, ModelBody body) {
    RpcMethod method = known.method();
    if (local != null && method.shape() == null) {
      local.answer(body, null);
      return;
    }
    if (stage == Stage.ROUTED) {
      follow(known, body);
      return;
    }
    Refusal refusal =
        loop.routing().route(known.tables(), known.caller(), request.block(), body.peek(), route);
    Target target = route.target();
    ModelRoute model = route.model();
    if (refusal != null || target == null || model == null) {
      refuse(refusal == null ? Refusal.VERSION_UNKNOWN : refusal, "");
    } else if (local != null) {
      local.answer(body, target);
    } else {
      if (route.rule() == Route.Rule.UNROUTABLE_LABEL) {
        loop.services().events().unroutable();
      }
      if (pass(known, body, route)) {
        attempt(known, target, known.tables().hosts().eligible(target.slot()));
      }
    }
  }

  /** Passes the message on, with the version where the caller left it to us. */
  private boolean pass(CallFacts known, ModelBody body, Route named) {
    Target target = Objects.requireNonNull(route.target(), "passed on without a route");
    ModelRoute model = Objects.requireNonNull(route.model(), "passed on without a route");
    CallStream stream = known.stream();
    Asked asked = stream == null ? null : stream.asked(body.peek(), loop.nowNs());
    if (stream != null && asked == null) {
      int most = loop.limits().streams().unansweredMax();
      refuse(Refusal.OVERLOADED, most + " requests wait for their answer");
      return false;
    }
    byte[] version = named.rule() == Route.Rule.VERSION ? null : target.versionUtf8();
    body.pass(version, model.spec().payloadDigest() != PayloadDigest.OFF, asked);
    return true;
  }

  private void attempt(CallFacts known, Target target, Eligible[] hosts) {
    stage = Stage.ROUTED;
    long nowNs = loop.nowNs();
    CallEnd refused = caller.admit(known.caller(), nowNs);
    if (refused == null) {
      refused = attempts.begin(target, hosts, nowNs);
    }
    if (refused != null) {
      refuse(refused);
    }
  }

  /** A later message of a stream: it goes where the first one went, or is told why not. */
  private void follow(CallFacts known, ModelBody body) {
    CallStream stream = known.stream();
    Target target = route.target();
    if (stream == null || target == null || !goesOn(stream)) {
      return;
    }
    Route named = stream.named();
    Refusal why = loop.routing().follow(stream.tables(), stream.who(), body.peek(), target, named);
    CallEnd refused =
        why == null ? caller.admit(stream.who(), loop.nowNs()) : CallEnd.refused(why, "");
    if (refused == null) {
      pass(known, body, named);
    } else if (stream.wantsStatus()) {
      refuse(refused);
    } else if (recorded(stream, outcome.refused(loop, known, refused.ours(), stream))) {
      loop.metrics().refused(refused.ours());
      body.drop();
      String id = stream.lastRecordId().toString();
      reply.insert(
          StreamError.message(refused.ours(), body.peek().id(), id, caller.allocator()), refused);
    }
  }

  /** Whether the stream may go on; ends it otherwise. */
  boolean goesOn(CallStream stream) {
    Refusal gone = stream.look(route, attempts.current(), loop.nowNs());
    if (gone == null && local != null) {
      gone = local.look();
    }
    if (gone != null) {
      refuse(gone, gone == Refusal.DEADLINE_EXCEEDED ? "no message either way" : "");
    }
    return gone == null;
  }

  /** Whether a message of a stream may leave: its record is written, or need not be. */
  private boolean recorded(CallStream stream, AsciiString recordId) {
    if (recordId.isEmpty() && !loop.servesUnrecorded()) {
      end(CallEnd.refused(Refusal.AUDIT_UNAVAILABLE, ""));
      return false;
    }
    stream.recorded(recordId, loop.nowNs());
    return true;
  }

  // The answer.

  void answerBegins(HostAttempt from, HeaderBlock toCaller) {
    if (stage == Stage.ROUTED) {
      attempts.answers(from);
      body().out().forgetKept();
      reply.begin(toCaller);
    }
  }

  /** A message of a stream is complete: whether its last bytes may leave. */
  boolean messageAnswered(HostAttempt from) {
    CallFacts known = facts;
    CallStream stream = known == null ? null : known.stream();
    if (known == null || stream == null || stage != Stage.ROUTED) {
      return false;
    }
    if (!goesOn(stream)) {
      return false;
    }
    AsciiString recordId = outcome.answered(loop, known, from, stream);
    reply.follows(stream.plain());
    return recorded(stream, recordId);
  }

  /** Passes on a piece that does not complete a single answer. Takes ownership of {@code data}. */
  void answerContinues(ByteBuf data, int receiptBytes, boolean endsMessage) {
    reply.piece(data, receiptBytes, endsMessage);
    CallEnd owed = reply.owedEnd();
    if (owed != null) {
      end(owed);
    }
  }

  @Override
  public void sent(int receiptBytes) {
    HostAttempt current = attempts.current();
    if (current != null) {
      current.creditHost(receiptBytes);
    }
  }

  void creditCaller(int byteCount) {
    if (byteCount > 0 && stage != Stage.ENDED) {
      clock.heard();
      reply.credit(byteCount);
    }
  }

  // Ends.

  @Override
  public void reset(long errorCode, boolean unseen) {
    CallEnd last = CallEnd.reset(errorCode);
    if (last.why() == Refusal.CANCELLED) {
      end(last);
    } else {
      refuse(last);
    }
  }

  void refuse(Refusal why, String detail) {
    refuse(CallEnd.refused(why, detail));
  }

  void refuse(CallEnd last) {
    if (stage != Stage.ENDED) {
      loop.metrics().refused(last.ours());
      end(last);
    }
  }

  /** Ends the call, once: saying so can reset the very stream, when there is no room for it. */
  void end(CallEnd last) {
    if (stage != Stage.ENDED) {
      stage = Stage.ENDED;
      try {
        attempts.ends(last);
        last.say(loop, facts, outcome, attempts.current(), reply);
      } finally {
        finished();
      }
    }
  }

  /** Nothing more is said or heard. */
  void finished() {
    stage = Stage.ENDED;
    clock.stop();
    attempts.finish();
    reply.release();
    if (local != null) {
      local.close();
    }
    if (facts != null) {
      facts.body().release();
    }
  }

  // For the host's side of the call.

  CallFacts known() {
    return Objects.requireNonNull(facts, "a call nobody made");
  }

  RequestBody body() {
    return known().body();
  }

  CallLoop loop() {
    return loop;
  }

  ByteBufAllocator allocator() {
    return caller.allocator();
  }
}
