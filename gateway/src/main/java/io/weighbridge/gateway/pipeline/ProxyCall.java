package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.GrpcTimeout;
import io.weighbridge.gateway.grpc.HeaderFault;
import io.weighbridge.gateway.grpc.StatusBlock;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.http2.StreamListener;
import io.weighbridge.gateway.identity.KeyCheck;
import io.weighbridge.gateway.observe.trace.TraceContext;
import io.weighbridge.gateway.route.Ask;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.ModelSpec.PayloadDigest;
import io.weighbridge.gateway.route.Route;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call, from its first header to its last: the one class that knows the order of the stages.
 * Confined to its event loop.
 *
 * <p>Read it top-down: {@link #headers} identifies, {@link #data} peeks, {@link #route} permits and
 * routes, {@link #startAttempt} finds a host, the answer comes back through {@link #answerBegins},
 * {@link #answerContinues} and {@link #answerEnds}, and {@link #end} records it before its last
 * bytes leave. {@link #refuse} leads to the same end from anywhere.
 */
final class ProxyCall extends TimerWheel.Timer implements StreamListener {
  /** How far the call has come; it only moves forward. */
  private enum Stage {
    NEW,
    /** Identified; the request is coming in. */
    RECEIVING,
    /** Routed; a host is at work or being waited for. */
    ROUTED,
    ENDED
  }

  /** Tries on hosts in all: one, and one more where it is safe. */
  private static final int ATTEMPTS_MAX = 2;

  private final CallerConnection caller;
  private final CallLoop loop;
  private final int streamId;
  private final CallHeaders request = new CallHeaders();
  private final RequestBody body;
  private final Ask ask = new Ask();
  private final Route route = new Route();
  private final TraceContext trace = new TraceContext();
  private final CallOutcome outcome = new CallOutcome();
  private final long startedNs = System.nanoTime();

  private Stage stage = Stage.NEW;
  private Tables tables = Tables.empty();
  private @Nullable RpcMethod method;
  private @Nullable Caller who;
  private @Nullable ModelRoute model;
  private @Nullable HostAttempt attempt;
  private long deadlineNs;
  private long heardNs = startedNs;
  private boolean answering;
  private boolean callerEnded;
  private String detail = "";

  ProxyCall(CallerConnection caller, int streamId) {
    this.caller = caller;
    this.streamId = streamId;
    loop = caller.loop();
    body = new RequestBody(loop.limits(), loop.borrowPeek(), loop.recorder());
  }

  // The request.

  @Override
  public void headers(HeaderBlock block, boolean endStream) {
    callerEnded = endStream;
    if (stage != Stage.NEW) {
      // A caller's trailers say nothing, whatever they hold; they only end the request.
      received(endStream ? body.ended() : RequestBody.Progress.MORE);
      return;
    }
    outcome.receivedAtUnixNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    HeaderFault fault = request.read(block, loop.headerRules());
    if (fault != null) {
      refuseHeaders(fault);
      return;
    }
    method = RpcMethod.of(request.path());
    if (method == null) {
      refuse(Refusal.METHOD_UNKNOWN);
      return;
    }
    if (request.timeoutNs() == GrpcTimeout.BAD) {
      refuse(Refusal.TIMEOUT_MALFORMED);
      return;
    }
    deadlineNs = startedNs + Math.min(request.timeoutNs(), loop.limits().callDurationMaxNs());
    tables = loop.services().tables().get();
    if (method.authenticated() && !identify()) {
      return;
    }
    loop.traces().begin(trace, request.traceparent());
    stage = Stage.RECEIVING;
    loop.timers().start(this, nextDueNs(), startedNs);
    body.expect(method.shape(), tables.parameterNames());
    if (endStream) {
      received(body.ended());
    }
  }

  private boolean identify() {
    if (request.authorizationRepeated()) {
      refuse(Refusal.CREDENTIALS_INVALID);
      return false;
    }
    KeyCheck.Answer answer = caller.keyCheck().identify(request.authorization(), tables.keys());
    switch (answer) {
      case KeyCheck.Answer.Known known -> who = known.caller();
      case KeyCheck.Answer.Refused refused -> {
        refuse(refused.refusal());
        return false;
      }
    }
    if (!loop.recorder().accepting()) {
      refuse(Refusal.AUDIT_UNAVAILABLE);
      return false;
    }
    return true;
  }

  @Override
  public void data(ByteBuf data, boolean endStream) {
    heardNs = System.nanoTime();
    callerEnded = endStream;
    received(body.receive(data, endStream, caller.allocator()));
  }

  private void received(RequestBody.Progress progress) {
    switch (progress) {
      case MORE -> {}
      case ROUTABLE -> route();
      case REFUSED -> {
        detail = body.detail();
        refuse(body.refusal());
      }
    }
  }

  private void route() {
    RpcMethod called = method;
    if (called == null || called.shape() == null) {
      answerLocally(null);
      return;
    }
    Caller known = who;
    ModelRoute found =
        tables.routes().find(body.peek().name().array(), body.peek().name().length());
    if (known == null || (found == null ? !known.mayCallAll() : !known.mayCall(found.name()))) {
      // Also for a model that does not exist: who may not see it cannot tell.
      refuse(Refusal.PERMISSION_DENIED);
      return;
    }
    if (found == null) {
      refuse(Refusal.MODEL_UNKNOWN);
      return;
    }
    model = found;
    fillAsk(known, found);
    loop.router().choose(found, tables.hosts(), ask, route);
    Refusal refusal = route.refusal();
    Target target = route.target();
    if (refusal != null || target == null) {
      refuse(refusal == null ? Refusal.VERSION_UNKNOWN : refusal);
    } else if (!called.forwarded()) {
      answerLocally(target);
    } else {
      stage = Stage.ROUTED;
      loop.metrics().started(target.slot());
      boolean asked = route.rule() == Route.Rule.VERSION;
      body.routed(
          asked ? null : target.versionUtf8(), found.spec().payloadDigest() != PayloadDigest.OFF);
      startAttempt(target, null, Refusal.NO_REACHABLE_HOST);
    }
  }

  private void fillAsk(Caller known, ModelRoute found) {
    ask.version = body.peek().version().array();
    ask.versionBytes = body.peek().version().length();
    if (body.peek().label().isPresent()) {
      ask.label = body.peek().label().text().array();
      ask.labelBytes = body.peek().label().text().length();
    }
    StickyKey.fill(ask, found, known, request.block(), body.peek(), tables.parameterNames());
  }

  // The host.

  private void startAttempt(Target target, @Nullable Host except, Refusal ifNone) {
    Eligible[] eligible = tables.hosts().eligible(target.slot());
    if (eligible.length == 0) {
      refuse(target.attested() ? Refusal.NO_VERIFIED_HOST : Refusal.NO_REACHABLE_HOST);
      return;
    }
    long nowNs = System.nanoTime();
    Eligible chosen = loop.upstream().choose(eligible, except, nowNs);
    if (chosen == null) {
      refuse(ifNone);
      return;
    }
    ModelRoute of = model;
    boolean hashed = of != null && of.spec().payloadDigest() == PayloadDigest.BOTH;
    HostAttempt started =
        new HostAttempt(this, chosen, target, hashed ? loop.recorder().sha256() : null);
    attempt = started;
    outcome.attempted();
    loop.upstream().start(chosen.host(), started, nowNs);
  }

  HeaderBlock hostHeaders(Host host) {
    RpcMethod called = method;
    if (called == null) {
      throw new IllegalStateException("a call without a method has no host");
    }
    return ForwardedHeaders.toHost(
        called, loop.services(), host, request.block(), trace, deadlineNs - System.nanoTime());
  }

  /**
   * The try is over without an answer. With {@code repeatable} the host has done nothing that the
   * caller could notice.
   */
  void attemptFailed(HostAttempt failed, Refusal why, boolean repeatable) {
    if (stage == Stage.ENDED) {
      return;
    }
    Target target = route.target();
    boolean again = repeatable && !answering && outcome.attempts() < ATTEMPTS_MAX;
    outcome.failed(failed, why);
    if (target == null || !again || !body.replayable()) {
      refuse(why);
      return;
    }
    startAttempt(target, failed.chosen().host(), why);
  }

  // The answer.

  void answerBegins(HostAttempt from, HeaderBlock block) {
    Target target = route.target();
    if (stage != Stage.ROUTED || target == null) {
      return;
    }
    body.forgetKept();
    answering = true;
    caller
        .http2()
        .sendHeaders(streamId, ForwardedHeaders.toCaller(target, from.digestSeen(), block), false);
  }

  /** Passes on a piece that does not complete the answer. Takes ownership of {@code data}. */
  void answerContinues(ByteBuf data, int receiptBytes) {
    caller.http2().sendData(streamId, data, false, receiptBytes);
  }

  void answerEnds(int grpcCode, HeaderBlock trailers) {
    end(grpcCode, null, trailers);
  }

  @Override
  public void sent(int receiptBytes) {
    HostAttempt current = attempt;
    if (current != null) {
      current.creditHost(receiptBytes);
    }
  }

  void creditCaller(int byteCount) {
    if (stage != Stage.ENDED) {
      caller.http2().credit(streamId, byteCount);
    }
  }

  private void answerLocally(@Nullable Target target) {
    RpcMethod called = method;
    if (called != null) {
      boolean ready = loop.services().ready().getAsBoolean();
      LocalAnswers.send(called, target, ready, tables, caller, streamId);
    }
    if (!callerEnded) {
      caller.http2().reset(streamId, ErrorCode.NO_ERROR);
    }
    finished();
  }

  // Ends.

  @Override
  public void reset(long errorCode, boolean unseen) {
    if (stage == Stage.ENDED) {
      return;
    }
    end(Refusal.CANCELLED.grpcCode(), Refusal.CANCELLED, null);
  }

  @Override
  void due(long nowNs) {
    if (nowNs >= deadlineNs) {
      refuse(Refusal.DEADLINE_EXCEEDED);
    } else if (!callerEnded && nowNs - heardNs >= loop.limits().bodyIdleMaxNs()) {
      detail = "the request stopped coming";
      refuse(Refusal.DEADLINE_EXCEEDED);
    } else {
      loop.timers().start(this, nextDueNs(), nowNs);
    }
  }

  private long nextDueNs() {
    return callerEnded ? deadlineNs : Math.min(deadlineNs, heardNs + loop.limits().bodyIdleMaxNs());
  }

  private void refuse(Refusal why) {
    if (stage != Stage.ENDED) {
      loop.metrics().refused(why);
      end(why.grpcCode(), why, null);
    }
  }

  /**
   * Headers that no gRPC client sends: answered as HTTP where HTTP has a word for it, else the
   * stream just ends.
   */
  private void refuseHeaders(HeaderFault fault) {
    loop.services().refusals().fold("headers_malformed", Refusal.REQUEST_MALFORMED.grpcCode());
    loop.metrics().refused(Refusal.REQUEST_MALFORMED);
    HeaderBlock answer = LocalAnswers.httpRefusal(fault);
    if (answer != null) {
      caller.http2().sendHeaders(streamId, answer, true);
    }
    if (answer == null || !callerEnded) {
      caller
          .http2()
          .reset(streamId, answer == null ? ErrorCode.PROTOCOL_ERROR : ErrorCode.NO_ERROR);
    }
    finished();
  }

  /**
   * Ends the call, once: records it, and only then lets the last bytes go.
   *
   * @param why null when a host's status ends the call
   * @param trailers the host's, or null
   */
  private void end(int grpcCode, @Nullable Refusal why, @Nullable HeaderBlock trailers) {
    if (stage == Stage.ENDED) {
      return;
    }
    long nowNs = System.nanoTime();
    Refusal reason = why;
    int code = grpcCode;
    String recordId = "";
    if (who == null) {
      loop.services().refusals().fold(why == null ? "" : why.reason(), grpcCode);
    } else {
      recordId = record(grpcCode, why, nowNs);
      if (recordId.isEmpty() && why != Refusal.CANCELLED) {
        reason = Refusal.AUDIT_UNAVAILABLE;
        code = reason.grpcCode();
        loop.metrics().refused(reason);
      }
    }
    respond(reason, recordId, reason == why ? trailers : null);
    observe(code, reason, recordId, nowNs);
    finished();
  }

  private String record(int grpcCode, @Nullable Refusal why, long nowNs) {
    CallOutcome.Facts facts = facts();
    if (facts == null) {
      return "";
    }
    String recordId = outcome.record(loop.recorder(), facts, why, grpcCode, nowNs - startedNs);
    if (outcome.attemptLost()) {
      loop.metrics().refused(Refusal.AUDIT_UNAVAILABLE);
    }
    return recordId;
  }

  private CallOutcome.@Nullable Facts facts() {
    RpcMethod called = method;
    Caller known = who;
    return called == null || known == null
        ? null
        : new CallOutcome.Facts(
            called, known, body, route, tables.routes().epoch(), trace, attempt, request);
  }

  private void respond(@Nullable Refusal why, String recordId, @Nullable HeaderBlock trailers) {
    if (why == Refusal.CANCELLED) {
      return;
    }
    HeaderBlock block = answering ? new HeaderBlock() : StatusBlock.trailersOnly();
    Target target = route.target();
    HostAttempt from = attempt;
    if (trailers != null && from != null && target != null) {
      ByteBuf held = from.takeHeld();
      if (held != null) {
        caller.http2().sendData(streamId, held, false, 0);
      }
      if (!answering) {
        ForwardedHeaders.served(block, target, from.digestSeen());
      }
      ForwardedHeaders.addTrailers(block, trailers);
    } else if (why != null) {
      StatusBlock.refusal(block, why, detail, recordId);
    }
    if (!recordId.isEmpty()) {
      block.add(GrpcNames.RECORD_ID, new AsciiString(recordId));
    }
    caller.http2().sendHeaders(streamId, block, true);
    if (!callerEnded) {
      caller.http2().reset(streamId, ErrorCode.NO_ERROR);
    }
  }

  private void observe(int grpcCode, @Nullable Refusal why, String recordId, long nowNs) {
    Target target = route.target();
    if (target != null && stage == Stage.ROUTED) {
      long durationNs = nowNs - startedNs;
      loop.metrics().ended(target.slot(), grpcCode, durationNs);
      if (route.rule() == Route.Rule.SPLIT_DRAW || route.rule() == Route.Rule.SPLIT_KEY) {
        loop.metrics().splitRouted(target.slot(), grpcCode, durationNs, nowNs);
      }
    }
    CallOutcome.Facts facts = trace.sampled() ? facts() : null;
    if (facts != null) {
      loop.spans().record(outcome.span(facts, grpcCode, why, recordId));
    }
  }

  private void finished() {
    stage = Stage.ENDED;
    loop.timers().stop(this);
    HostAttempt current = attempt;
    if (current != null) {
      current.finish();
    }
    body.release();
    loop.giveBack(body.peek());
  }

  // For the host's side of the call.

  void detail(String text) {
    detail = text;
  }

  /** Whether the call asks for a prediction, not about a model. */
  boolean predicts() {
    return method == RpcMethod.MODEL_INFER;
  }

  RequestBody body() {
    return body;
  }

  CallLoop loop() {
    return loop;
  }

  ByteBufAllocator allocator() {
    return caller.allocator();
  }
}
