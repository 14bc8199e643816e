package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Proof;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.observe.trace.FinishedSpan;
import io.weighbridge.gateway.observe.trace.TraceContext;
import io.weighbridge.gateway.peek.AnswerPeek;
import io.weighbridge.gateway.peek.CapturedText;
import io.weighbridge.gateway.record.Recorder;
import io.weighbridge.gateway.route.Route;
import io.weighbridge.ledger.CallRecord;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What became of a call, on its way into the record. Confined to the call's event loop. */
@SuppressWarnings("ReferenceEquality") // A try is itself and no other.
final class CallOutcome {
  /* Numbers of weighbridge.audit.v1: the path does not load the generated classes. */
  private static final int KIND_PREDICTION = 1;
  private static final int KIND_REFUSAL = 2;
  private static final int KIND_ATTEMPT = 3;
  private static final int INTEGRITY_VERIFIED = 1;
  private static final int INTEGRITY_STALE = 2;
  private static final int INTEGRITY_UNVERIFIED = 3;
  private static final int INTEGRITY_MISMATCH = 4;
  private static final int INTEGRITY_NONE = 5;

  /** The status of an answer that is an error in the stream: it says no code. */
  private static final int UNKNOWN = 2;

  private static final int DIGEST_PREFIX = "sha256:".length();
  private static final int DIGEST_TEXT = DIGEST_PREFIX + 2 * Recorder.SHA256_BYTES;

  private static final int CANCELLED = 1;

  /** What is said of a try that was called off, for another host answered first. */
  private static final byte[] OVERTAKEN = "overtaken".getBytes(US_ASCII);

  /**
   * A try that gave no answer, or one that is not passed on; without a reason, the host said so.
   */
  private record Failure(
      HostAttempt tried, int grpcCode, @Nullable Refusal why, boolean overtaken) {
    boolean mismatch() {
      return why == Refusal.MODEL_DIGEST_MISMATCH;
    }

    byte[] reasonUtf8() {
      byte[] said = why == null ? CallRecord.NONE : why.reasonUtf8();
      return overtaken ? OVERTAKEN : said;
    }
  }

  /** When the call began, by the wall clock and by the loop's. */
  private long receivedAtUnixNs;

  private long startedNs;
  private int attempts;
  private boolean started;

  private @Nullable HostAttempt firstTry;

  /** Of tries that failed, in the order in which they did. */
  private @Nullable Failure failure;

  private @Nullable Failure secondFailure;
  private long durationNs;

  /** The call's first block is here. */
  void began(CallLoop loop) {
    receivedAtUnixNs = TimeUnit.MILLISECONDS.toNanos(loop.unixMs());
    startedNs = loop.nowNs();
  }

  /** When the call began, by the loop's clock. */
  long startedNs() {
    return startedNs;
  }

  /** The call is routed: it counts for its version from now to its end. */
  void started(CallLoop loop, Target target) {
    started = true;
    loop.metrics().started(target.slot());
  }

  /** A try begins. */
  void attempted(HostAttempt attempt) {
    attempts++;
    firstTry = firstTry == null ? attempt : firstTry;
  }

  /** Tries so far. */
  int attempts() {
    return attempts;
  }

  /**
   * The try failed.
   *
   * @param why null when the host said so itself
   */
  void failed(HostAttempt attempt, int grpcCode, @Nullable Refusal why) {
    failed(new Failure(attempt, grpcCode, why, false));
  }

  /** The try was called off: another host answered first. */
  void calledOff(HostAttempt attempt) {
    failed(new Failure(attempt, CANCELLED, null, true));
  }

  private void failed(Failure failed) {
    if (failure == null) {
      failure = failed;
    } else {
      secondFailure = failed;
    }
  }

  /** What failed of this try, or of the other one; null for nothing. */
  private @Nullable Failure failure(HostAttempt attempt, boolean other) {
    Failure one = failure;
    boolean suits = one == null || (one.tried == attempt) != other;
    return suits ? one : secondFailure;
  }

  /** Whether the records of a stream's messages say all there is to say of it. */
  static boolean toldByMessages(CallStream stream, int grpcCode) {
    return grpcCode == 0 && stream.hostAnswered();
  }

  /**
   * Appends what the end of the call adds to its records: of a stream that ends well after some
   * answers, nothing.
   *
   * @param attempt the last try, or null
   * @param why null when a host's status ended the call
   * @return text of the last record's id; empty when the ledger did not take all it had to
   */
  AsciiString end(
      CallLoop loop,
      CallFacts facts,
      @Nullable HostAttempt attempt,
      @Nullable Refusal why,
      int grpcCode) {
    durationNs = loop.nowNs() - startedNs;
    CallStream stream = facts.stream();
    if (stream != null && toldByMessages(stream, grpcCode)) {
      return stream.lastRecordId();
    }
    Recorder recorder = loop.recorder();
    CallRecord out = recorder.begin();
    out.kind = attempt == null ? KIND_REFUSAL : KIND_PREDICTION;
    common(out, facts, durationNs);
    out.grpcStatus = grpcCode;
    out.reason = why == null ? CallRecord.NONE : why.reasonUtf8();
    out.attempts = attempts;
    out.requestBytes = facts.body().receivedBytes();
    out.requestSha256 = facts.body().sha256();
    out.authorised = facts.route().target() != null || facts.route().refusal() != null;
    out.integrity = INTEGRITY_NONE;
    if (attempt != null) {
      answer(out, facts.route(), attempt, why == null);
    }
    out.streamOrdinal = stream == null ? 0 : stream.answeredCount();
    if (!recorder.append()) {
      return AsciiString.EMPTY_STRING;
    }
    long high = out.recordIdHigh;
    long low = out.recordIdLow;
    Failure other = attempt == null ? null : failure(attempt, true);
    if (other != null && !tried(recorder, facts, other, high, low) && !loop.servesUnrecorded()) {
      return AsciiString.EMPTY_STRING;
    }
    return Recorder.idText(high, low);
  }

  /**
   * Appends the record of one answer of a stream.
   *
   * @return text of the record's id; empty when the ledger did not take it
   */
  AsciiString answered(CallLoop loop, CallFacts facts, HostAttempt attempt, CallStream stream) {
    Recorder recorder = loop.recorder();
    CallRecord out = recorder.begin();
    out.kind = KIND_PREDICTION;
    AnswerPeek said = attempt.answer().peek();
    Asked asked = stream.answered(said);
    long nowNs = loop.nowNs();
    common(out, facts, nowNs - startedNs);
    out.grpcStatus = said != null && said.error() ? UNKNOWN : 0;
    out.attempts = attempts;
    out.authorised = true;
    out.streamOrdinal = stream.answeredCount();
    out.integrity = INTEGRITY_NONE;
    answer(out, facts.route(), attempt, true);
    if (asked == null) {
      out.requestBytes = facts.body().receivedBytes();
      facts.body().countFrom(0);
    } else {
      of(out, asked, nowNs);
    }
    attempt.answer().recorded();
    return recorder.append() ? text(out) : AsciiString.EMPTY_STRING;
  }

  private void of(CallRecord out, Asked asked, long nowNs) {
    out.receivedAtUnixNs = receivedAtUnixNs + asked.receivedNs - startedNs;
    out.durationNs = nowNs - asked.receivedNs;
    out.requestId = asked.id;
    out.requestIdLength = asked.id.length;
    out.requestBytes = asked.bytes;
    out.requestSha256 = asked.sha256;
    if (asked.versionAsked.length > 0 || out.rule != Route.Rule.VERSION.number()) {
      out.versionAsked = asked.versionAsked;
    }
  }

  /**
   * Appends the record of a message of a stream that is answered with an error instead of passed
   * on.
   *
   * @return text of the record's id; empty when the ledger did not take it
   */
  AsciiString refused(CallLoop loop, CallFacts facts, Refusal why, CallStream stream) {
    Recorder recorder = loop.recorder();
    CallRecord out = recorder.begin();
    out.kind = KIND_REFUSAL;
    common(out, facts, loop.nowNs() - startedNs);
    out.grpcStatus = why.grpcCode();
    out.reason = why.reasonUtf8();
    out.streamOrdinal = stream.answeredCount();
    out.requestBytes = facts.body().receivedBytes();
    out.integrity = INTEGRITY_NONE;
    out.model = copy(facts.body().peek().name());
    out.versionAsked = copy(facts.body().peek().version());
    out.versionServed = CallRecord.NONE;
    out.labelUsed = CallRecord.NONE;
    out.deploymentLeafPlusOne = 0;
    return recorder.append() ? text(out) : AsciiString.EMPTY_STRING;
  }

  private static AsciiString text(CallRecord out) {
    return Recorder.idText(out.recordIdHigh, out.recordIdLow);
  }

  private void common(CallRecord out, CallFacts facts, long tookNs) {
    out.receivedAtUnixNs = receivedAtUnixNs;
    out.completedAtUnixNs = receivedAtUnixNs + tookNs;
    out.durationNs = tookNs;
    out.tenant = facts.caller().tenantUtf8();
    out.principal = facts.caller().principalUtf8();
    out.authMethod = facts.caller().authMethod().number();
    out.credentialId = facts.caller().credentialIdUtf8();
    out.method = facts.method().nameUtf8();
    out.traceIdHigh = facts.trace().traceIdHigh();
    out.traceIdLow = facts.trace().traceIdLow();
    out.spanId = facts.trace().spanId();
    out.requestId = facts.body().peek().id().array();
    out.requestIdLength = facts.body().peek().id().length();
    AsciiString key = facts.headers().idempotencyKey();
    out.idempotencyKey = key == null ? CallRecord.NONE : key.toByteArray();
    out.labelUsed = facts.route().labelUtf8();
    out.routeEpoch = facts.tables().routes().epoch();
    out.rule = facts.route().rule().number();
    out.bucket = facts.route().bucket();
    Target target = facts.route().target();
    CapturedText asked = facts.body().peek().version();
    if (target == null) {
      out.model = copy(facts.body().peek().name());
      out.versionAsked = copy(asked);
      return;
    }
    out.model = target.modelUtf8();
    out.versionServed = target.versionUtf8();
    out.versionAsked =
        facts.route().rule() == Route.Rule.VERSION ? target.versionUtf8() : copy(asked);
    out.deploymentLeafPlusOne = target.deploymentLeafPlusOne();
  }

  private static byte[] copy(CapturedText text) {
    return text.isEmpty() ? CallRecord.NONE : Arrays.copyOf(text.array(), text.length());
  }

  private void answer(CallRecord out, Route route, HostAttempt attempt, boolean byHost) {
    Eligible chosen = attempt.chosen();
    out.hostId = chosen.host().idUtf8();
    out.attestationLeafPlusOne = chosen.attestationLeafPlusOne();
    out.responseBytes = attempt.answer().messageBytes();
    out.responseSha256 = attempt.sha256();
    Failure its = failure(attempt, false);
    Target target = route.target();
    if (its != null && its.mismatch()) {
      mismatch(out, its);
    } else if (attempt.head().proved()) {
      out.integrity = chosen.proof() == Proof.STALE ? INTEGRITY_STALE : INTEGRITY_VERIFIED;
    } else if (byHost && target != null && target.modelUtf8().length > 0 && !target.attested()) {
      out.integrity = INTEGRITY_UNVERIFIED;
    }
  }

  private static void mismatch(CallRecord out, Failure failure) {
    out.integrity = INTEGRITY_MISMATCH;
    AsciiString seen = failure.tried.head().digest();
    out.digestObserved = seen == null ? null : digest(seen);
  }

  private static byte @Nullable [] digest(AsciiString text) {
    if (text.length() != DIGEST_TEXT) {
      return null;
    }
    try {
      return HexFormat.of().parseHex(text.subSequence(DIGEST_PREFIX));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private boolean tried(
      Recorder recorder, CallFacts facts, Failure failed, long callHigh, long callLow) {
    CallRecord out = recorder.begin();
    out.kind = KIND_ATTEMPT;
    common(out, facts, 0);
    Eligible chosen = failed.tried.chosen();
    out.grpcStatus = failed.grpcCode;
    out.reason = failed.reasonUtf8();
    out.hostId = chosen.host().idUtf8();
    out.attestationLeafPlusOne = chosen.attestationLeafPlusOne();
    out.integrity = INTEGRITY_NONE;
    if (failed.mismatch()) {
      mismatch(out, failed);
    }
    out.callRecordIdHigh = callHigh;
    out.callRecordIdLow = callLow;
    out.attemptOrdinal = failed.tried == firstTry ? 1 : 2;
    return recorder.append();
  }

  /**
   * Tells metrics and traces how the call ended.
   *
   * @param attempt the last try, or null
   */
  void observe(
      CallLoop loop,
      CallFacts facts,
      @Nullable HostAttempt attempt,
      int grpcCode,
      @Nullable Refusal why,
      AsciiString id) {
    Target target = facts.route().target();
    if (started && target != null) {
      loop.metrics().ended(target.slot(), grpcCode, durationNs);
      if (facts.route().bySplit()) {
        loop.metrics().splitRouted(target.slot(), grpcCode, durationNs, loop.nowNs());
      }
    }
    if (facts.trace().sampled()) {
      loop.spans().record(span(facts, attempt, new Ending(grpcCode, why, id)));
    }
  }

  /** How a call ended, for its span. */
  private record Ending(int grpcCode, @Nullable Refusal why, AsciiString recordId) {
    String reason() {
      return why == null ? "" : why.reason();
    }
  }

  private FinishedSpan span(CallFacts facts, @Nullable HostAttempt attempt, Ending ending) {
    Target target = facts.route().target();
    TraceContext trace = facts.trace();
    return new FinishedSpan(
        new FinishedSpan.Ids(
            trace.traceIdHigh(), trace.traceIdLow(), trace.spanId(), trace.parentSpanId()),
        receivedAtUnixNs,
        receivedAtUnixNs + durationNs,
        new String(facts.method().nameUtf8(), US_ASCII),
        new FinishedSpan.Outcome(
            ending.grpcCode,
            ending.reason(),
            target == null ? "" : target.model(),
            target == null ? "" : target.version(),
            attempt == null ? "" : attempt.chosen().host().id(),
            ending.recordId.toString()));
  }
}
