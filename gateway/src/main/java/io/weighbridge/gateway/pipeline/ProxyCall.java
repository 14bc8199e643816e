package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.GrpcTimeout;
import io.weighbridge.gateway.grpc.HeaderFault;
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
 * routes, {@link HostAttempts} finds a host, the answer comes back through {@link #answerBegins}
 * and {@link #answerContinues}, and {@link #end} records it before its last bytes leave.
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

  private final CallerConnection caller;
  private final CallLoop loop;
  private final int streamId;
  private final CallHeaders request = new CallHeaders();
  private final RequestBody body;
  private final Ask ask = new Ask();
  private final Route route = new Route();
  private final TraceContext trace = new TraceContext();
  private final CallOutcome outcome = new CallOutcome();
  private final HostAttempts attempts = new HostAttempts(this, outcome);
  private final long startedNs = System.nanoTime();

  private Stage stage = Stage.NEW;
  private Tables tables = Tables.EMPTY;
  private @Nullable RpcMethod method;
  private @Nullable Caller who;
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
      Refusal why = Refusal.REQUEST_MALFORMED;
      loop.services().events().refusedUnidentified("headers_malformed", why.grpcCode());
      loop.metrics().refused(why);
      LocalAnswers.refuseHeaders(fault, caller, streamId, callerEnded);
      finished();
      return;
    }
    method = RpcMethod.of(request.path());
    if (method == null || request.timeoutNs() == GrpcTimeout.BAD) {
      refuse(method == null ? Refusal.METHOD_UNKNOWN : Refusal.TIMEOUT_MALFORMED);
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
    body.expect(method.shape(), tables.parameterNames(), request.encoded());
    if (endStream) {
      received(body.ended());
    }
  }

  private boolean identify() {
    KeyCheck.Answer answer = caller.identify(request, tables.keys());
    if (answer instanceof KeyCheck.Answer.Refused refused) {
      refuse(refused.refusal());
    } else if (answer instanceof KeyCheck.Answer.Known known) {
      who = known.caller();
    }
    return who != null;
  }

  @Override
  public void data(ByteBuf data, boolean endStream) {
    heardNs = System.nanoTime();
    callerEnded = endStream;
    received(body.receive(data, endStream, caller.allocator()));
  }

  private void received(RequestBody.Progress progress) {
    if (stage == Stage.ENDED) {
      // Passing the request on ended the call; what came after that is nobody's.
      body.release();
      return;
    }
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
    AskReader.fill(ask, found, known, request.block(), body.peek(), tables.parameterNames());
    loop.router().choose(found, tables.hosts(), ask, route);
    Refusal refusal = route.refusal();
    Target target = route.target();
    if (refusal != null || target == null) {
      refuse(refusal == null ? Refusal.VERSION_UNKNOWN : refusal);
    } else if (!called.forwarded()) {
      answerLocally(target);
    } else {
      if (route.rule() == Route.Rule.UNROUTABLE_LABEL) {
        loop.services().events().unroutable();
      }
      stage = Stage.ROUTED;
      loop.metrics().started(target.slot());
      boolean asked = route.rule() == Route.Rule.VERSION;
      body.routed(
          asked ? null : target.versionUtf8(), found.spec().payloadDigest() != PayloadDigest.OFF);
      boolean answerHashed = found.spec().payloadDigest() == PayloadDigest.BOTH;
      refusal = attempts.begin(target, answerHashed, tables.hosts(), deadlineNs);
      if (refusal != null) {
        refuse(refusal);
      }
    }
  }

  // The host.

  HeaderBlock hostHeaders(Host host) {
    RpcMethod called = method;
    if (called == null) {
      throw new IllegalStateException("a call without a method has no host");
    }
    return ForwardedHeaders.toHost(
        called, loop.services(), host, request.block(), trace, deadlineNs - System.nanoTime());
  }

  /**
   * A try is over without an answer. With {@code repeatable} the host has done nothing that the
   * caller could notice.
   */
  void attemptFailed(HostAttempt failed, Refusal why, boolean repeatable) {
    if (stage != Stage.ENDED) {
      boolean again = repeatable && !answering && body.replayable();
      Refusal refusal = attempts.failed(failed, why, again, tables.hosts(), deadlineNs);
      if (refusal != null) {
        refuse(refusal);
      }
    }
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

  @Override
  public void sent(int receiptBytes) {
    HostAttempt current = attempts.current();
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
    stopRequest();
    finished();
  }

  // Ends.

  @Override
  public void reset(long errorCode, boolean unseen) {
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
   * Ends the call, once: records it, and only then lets the last bytes go.
   *
   * @param why null when a host's status ends the call
   * @param trailers the host's, or null
   */
  void end(int grpcCode, @Nullable Refusal why, @Nullable HeaderBlock trailers) {
    if (stage == Stage.ENDED) {
      return;
    }
    CallOutcome.Facts facts = facts();
    if (facts == null) {
      loop.services().events().refusedUnidentified(why == null ? "" : why.reason(), grpcCode);
      respond(why, "", null);
      finished();
      return;
    }
    long tookNs = System.nanoTime() - startedNs;
    String recordId = outcome.record(loop, facts, why, grpcCode, tookNs);
    boolean lost = recordId.isEmpty() && why != Refusal.CANCELLED && !servesUnrecorded();
    Refusal reason = lost ? Refusal.AUDIT_UNAVAILABLE : why;
    if (lost) {
      loop.metrics().refused(Refusal.AUDIT_UNAVAILABLE);
    }
    respond(reason, recordId, lost ? null : trailers);
    int code = lost ? Refusal.AUDIT_UNAVAILABLE.grpcCode() : grpcCode;
    outcome.observe(loop, facts, stage == Stage.ROUTED, code, reason, recordId);
    finished();
  }

  /** Whether answers leave without a record, as the operator chose; the lane counts the loss. */
  private boolean servesUnrecorded() {
    boolean serves = loop.services().serveUnrecorded();
    if (serves) {
      loop.recorder().countLost();
    }
    return serves;
  }

  private CallOutcome.@Nullable Facts facts() {
    RpcMethod called = method;
    Caller known = who;
    long epoch = tables.routes().epoch();
    return called == null || known == null
        ? null
        : new CallOutcome.Facts(
            called, known, body, route, epoch, trace, attempts.current(), request);
  }

  private void respond(@Nullable Refusal why, String recordId, @Nullable HeaderBlock trailers) {
    Target target = route.target();
    HostAttempt from = attempts.current();
    HeaderBlock block;
    if (why == Refusal.CANCELLED) {
      return;
    } else if (trailers != null && from != null && target != null) {
      ByteBuf held = from.takeHeld();
      if (held != null) {
        caller.http2().sendData(streamId, held, false, 0);
      }
      block = ForwardedHeaders.last(answering, target, from.digestSeen(), trailers);
    } else {
      Refusal reason = why == null ? Refusal.INTERNAL : why;
      block = answering ? new HeaderBlock() : StatusBlock.trailersOnly();
      StatusBlock.refusal(block, reason, detail, recordId);
    }
    if (!recordId.isEmpty()) {
      block.add(GrpcNames.RECORD_ID, new AsciiString(recordId));
    }
    caller.http2().sendHeaders(streamId, block, true);
    stopRequest();
  }

  /** The call is answered: whatever the caller has not sent yet is not wanted any more. */
  private void stopRequest() {
    if (!callerEnded) {
      caller.http2().reset(streamId, ErrorCode.NO_ERROR);
    }
  }

  private void finished() {
    stage = Stage.ENDED;
    loop.timers().stop(this);
    HostAttempt current = attempts.current();
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
