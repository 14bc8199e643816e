package io.weighbridge.gateway.pipeline;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.attestation.HostCounters;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.HeaderFault;
import io.weighbridge.gateway.grpc.HeaderRules;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.upstream.Attempt;
import io.weighbridge.gateway.upstream.HostConnection;
import io.weighbridge.gateway.upstream.health.Outcome;
import io.weighbridge.gateway.upstream.health.Probation;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * One try of a call on one host: sends the request, judges the answer, and hands it to the call
 * piece by piece. Confined to the call's event loop.
 *
 * <p>The DATA that completes the answer is held back here until the call has recorded it.
 */
final class HostAttempt implements Attempt, Outgoing.Sink, AnswerBody.Reader {
  /** Found out about trailers that break no rule. */
  private static final Object SOUND = new Object();

  private final ProxyCall call;
  private final HostAttempts tries;
  private final Eligible chosen;
  private final Target target;
  private final AnswerHead head;
  private final AnswerBody answer;
  private final @Nullable MessageDigest digest;
  private final boolean single;
  private final HostVerdict verdict;

  private @Nullable HostConnection connection;
  private int streamId;
  private boolean answered;

  /** This try is one of those that the host counts as well. */
  private boolean counted;

  /** Credit for parts of the request that the connection has yet to say have left. */
  private int creditDue;

  private boolean over;

  HostAttempt(
      ProxyCall call,
      HostAttempts tries,
      Eligible chosen,
      Target target,
      AnswerBody.Kind kind,
      @Nullable MessageDigest digest) {
    this.call = call;
    this.tries = tries;
    this.chosen = chosen;
    this.target = target;
    this.digest = digest;
    single = kind == AnswerBody.Kind.SINGLE;
    verdict = new HostVerdict(single);
    head = new AnswerHead(chosen, target);
    answer = new AnswerBody(kind, call.loop().limits(), this);
  }

  Eligible chosen() {
    return chosen;
  }

  // Towards the host.

  @Override
  public HeaderBlock requestHeaders() {
    CallLoop loop = call.loop();
    return ForwardedHeaders.toHost(
        call.known(), loop, chosen.host(), tries.deadlineNs() - loop.nowNs());
  }

  @Override
  public boolean suits(HostConnection candidate) {
    return candidate.showed(chosen.tlsKeyHash());
  }

  @Override
  public void onProbation(Probation.Trial trial) {
    verdict.onProbation(trial);
  }

  @Override
  public void opened(HostConnection openedConnection, int openedStreamId) {
    connection = openedConnection;
    streamId = openedStreamId;
    counted = call.known().method().predicts();
    if (counted) {
      counters().started(chosen.host());
    } else {
      counters().otherBegun(chosen.host());
    }
    call.body().out().sendTo(this);
  }

  @Override
  public void send(ByteBuf data, boolean endStream, int creditBytes) {
    HostConnection to = connection;
    if (over || to == null) {
      data.release();
      return;
    }
    if (endStream) {
      verdict.asked(call.loop().nowNs());
      call.loop().upstream().asked(chosen, this);
    }
    // The end has a receipt in any case: credit is nothing to a caller that has sent everything.
    int receiptBytes = endStream ? Math.max(1, creditBytes) : creditBytes;
    creditDue += receiptBytes;
    to.http2().sendData(streamId, data, endStream, receiptBytes);
  }

  @Override
  public void sent(int receiptBytes) {
    creditDue -= receiptBytes;
    call.body().out().taken(receiptBytes);
    call.creditCaller(receiptBytes);
  }

  /** Gives credit for bytes of the answer that have reached the caller's connection. */
  void creditHost(int byteCount) {
    HostConnection to = connection;
    verdict.taken(byteCount);
    if (!over && to != null) {
      to.http2().credit(streamId, byteCount);
    }
  }

  /** Ends the try and gives everything back, telling the host when it is still at work. */
  void finish() {
    if (over) {
      return;
    }
    HostConnection to = connection;
    boolean asked = verdict.asked();
    if (to != null && !(answered && asked && creditDue == 0)) {
      // Without an error, what waits for the host would still be sent.
      to.http2().reset(streamId, answered && !asked ? ErrorCode.NO_ERROR : ErrorCode.CANCEL);
    }
    if (counted && !answered) {
      counters().cancelled(chosen.host());
    }
    end();
  }

  @Override
  public HostVerdict shows() {
    return verdict;
  }

  /** The time has come to look whether it is late. */
  void overdue() {
    if (!over) {
      tries.look(this);
    }
  }

  /** Another host was quicker. */
  void callOff() {
    verdict.calledOff(call.loop().upstream().lateNs(chosen), call.loop().nowNs());
    finish();
  }

  @Override
  public boolean single() {
    return single;
  }

  @Override
  public int timedSlot() {
    return tries.hedges() ? target.slot() : -1;
  }

  private HostCounters counters() {
    return call.loop().attestation().counters();
  }

  private void end() {
    over = true;
    call.body().out().leave(this, creditDue);
    if (connection != null && !counted) {
      counters().otherOver(chosen.host());
    }
    answer.release();
    MessageDigest sha256 = digest;
    if (sha256 != null) {
      call.loop().recorder().giveBack(sha256);
    }
    CallLoop loop = call.loop();
    long nowNs = loop.nowNs();
    if (verdict.outcome() == Outcome.NOTHING && HostFault.late(nowNs, tries.deadlineNs())) {
      verdict.outOfTime(loop.upstream().patienceNs(chosen), nowNs);
    }
    verdict.over();
    loop.upstream().finished(chosen, this, nowNs);
    loop.admission().queues().placeFree(target.slot());
  }

  @Override
  public void unreachable() {
    end();
    tries.failed(this, Refusal.NO_REACHABLE_HOST, "", true);
  }

  @Override
  public void crowdedOut() {
    end();
    String detail = "too many calls wait for a stream to the host (host-queue-calls-max)";
    tries.failed(this, Refusal.OVERLOADED, detail, true);
  }

  @Override
  public void reset(long errorCode, boolean unseen) {
    if (over) {
      return;
    }
    if (counted) {
      counters().failed(chosen.host());
    }
    boolean lost = errorCode == ErrorCode.CONNECTION_LOST;
    Refusal why = lost || unseen ? Refusal.HOST_CONNECTION_LOST : HostFault.ofReset(errorCode);
    boolean gaveUp =
        why == Refusal.HOST_CANCELLED && HostFault.late(call.loop().nowNs(), tries.deadlineNs());
    if (errorCode == ErrorCode.STALLED) {
      verdict.stalled();
    } else {
      verdict.is(gaveUp || (unseen && !lost) ? Outcome.NOTHING : HostFault.ofReset(errorCode, why));
    }
    end();
    String detail = lost || unseen ? "" : HostFault.detailOfReset(errorCode);
    tries.failed(this, why, detail, unseen);
  }

  private void broken(String detail) {
    broken(Refusal.HOST_PROTOCOL_ERROR, detail);
  }

  // From the host.

  @Override
  public void headers(HeaderBlock block, boolean endStream) {
    if (head.seen()) {
      lastBlock(block, endStream);
      return;
    }
    HeaderBlock toCaller = endStream ? null : head.known(block);
    if (toCaller != null) {
      call.answerBegins(this, toCaller);
    } else if (wellFormed(block, HeaderRules.Block.RESPONSE)) {
      first(block, endStream);
    }
  }

  private void lastBlock(HeaderBlock block, boolean endStream) {
    if (block.finding() == SOUND || wellFormed(block, HeaderRules.Block.TRAILERS)) {
      block.finding(SOUND);
      trailers(block, endStream);
    }
  }

  private boolean wellFormed(HeaderBlock block, HeaderRules.Block kind) {
    HeaderFault fault = CallHeaders.judge(block, kind, call.loop().headerRules());
    if (fault != null) {
      broken("bad header of the host: " + fault);
    }
    return fault == null;
  }

  private void first(HeaderBlock block, boolean endStream) {
    AsciiString status = requireNonNull(block.find(GrpcNames.STATUS), "judged before");
    boolean answersGrpc = endStream && block.find(GrpcNames.GRPC_STATUS) != null;
    if (!GrpcNames.STATUS_OK.equals(status) && !answersGrpc) {
      broken(HostFault.ofHttp(status), "the host answered HTTP " + status);
      return;
    }
    if (!proved(block, endStream)) {
      return;
    }
    if (endStream) {
      trailers(block, true);
      return;
    }
    AsciiString type = block.find(GrpcNames.CONTENT_TYPE);
    if (type == null || !HeaderRules.isGrpc(type)) {
      broken("the host's content-type is not gRPC");
      return;
    }
    call.answerBegins(this, head.toCaller(call.known(), block));
  }

  /** Whether the answer claims what the host proved; the try is over otherwise. */
  private boolean proved(HeaderBlock block, boolean endStream) {
    AnswerProof proof = head.judge(block, endStream, call.loop().attestation(), connection);
    Refusal why = proof.refusal();
    if (why != null) {
      finish();
      boolean restarted = proof == AnswerProof.RESTARTED;
      String detail =
          restarted ? "host " + chosen.host().id() + " has restarted and proved nothing yet" : "";
      tries.failed(this, why, detail, true);
    }
    return why == null;
  }

  @Override
  public void data(ByteBuf data, boolean endStream) {
    if (!head.seen() || endStream) {
      broken(head.seen() ? "the host's answer has no trailers" : "data before headers");
      return;
    }
    answer.receive(data, digest, call.loop(), call.allocator());
    if (!over) {
      hears();
    }
  }

  /** Something of the answer is here. */
  private void hears() {
    CallLoop loop = call.loop();
    long nowNs = loop.nowNs();
    if (verdict.hears(nowNs)) {
      loop.upstream().answers(chosen, this, nowNs);
      loop.admission().queues().placeFree(target.slot());
    }
  }

  @Override
  public boolean completed() {
    return call.messageAnswered(this);
  }

  @Override
  public void pass(ByteBuf data, int receiptBytes, boolean between) {
    verdict.passed(receiptBytes);
    call.answerContinues(data, receiptBytes, between);
  }

  @Override
  public void broken(Refusal why, String detail) {
    verdict.is(HostFault.of(why));
    finish();
    tries.failed(this, why, detail, false);
  }

  private void trailers(HeaderBlock block, boolean endStream) {
    AsciiString status = block.find(GrpcNames.GRPC_STATUS);
    int code = status == null ? -1 : HostFault.code(status);
    if (!endStream || code < 0) {
      broken(endStream ? "the host sent no grpc-status" : "headers in the middle of an answer");
    } else if (code == 0 && !answer.whole()) {
      broken("OK without a whole message");
    } else {
      answered = true;
      Outcome outcome = HostFault.ofStatus(code);
      verdict.is(outcome);
      if (outcome == Outcome.ANSWERED) {
        hears();
      }
      if (counted && code == 0) {
        counters().answered(chosen.host());
      } else if (counted) {
        counters().failed(chosen.host());
      }
      if (code == 0 || !tries.disregarded(this, code)) {
        tries.answers(this);
        call.end(CallEnd.answered(code, block));
      }
    }
  }

  // For the call's end.

  /** The messages of the answer. */
  AnswerBody answer() {
    return answer;
  }

  /** What the answer began with. */
  AnswerHead head() {
    return head;
  }

  /** SHA-256 of the message at hand, or null when it is not hashed or not complete. */
  byte @Nullable [] sha256() {
    return digest == null || over || !answer.messageComplete() ? null : digest.digest();
  }
}
