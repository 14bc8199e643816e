package io.weighbridge.gateway.pipeline;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.attestation.DigestCheck;
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
  private final Eligible chosen;
  private final Target target;
  private final AnswerBody answer;
  private final @Nullable MessageDigest digest;

  private @Nullable HostConnection connection;
  private int streamId;
  private boolean headersSeen;
  private boolean answered;

  /** This try is one of those that the host counts as well. */
  private boolean counted;

  private boolean over;
  private @Nullable AsciiString digestSeen;
  private boolean digestProved;

  /** The head is in order and says exactly what was proved: so it will the next time. */
  private boolean sure;

  HostAttempt(
      ProxyCall call,
      Eligible chosen,
      Target target,
      AnswerBody.Kind kind,
      @Nullable MessageDigest digest) {
    this.call = call;
    this.chosen = chosen;
    this.target = target;
    this.digest = digest;
    answer = new AnswerBody(kind, call.loop().limits(), this);
  }

  Eligible chosen() {
    return chosen;
  }

  // Towards the host.

  @Override
  public HeaderBlock requestHeaders() {
    return call.hostHeaders(chosen.host());
  }

  @Override
  public boolean suits(HostConnection candidate) {
    return candidate.showed(chosen.tlsKeyHash());
  }

  @Override
  public void opened(HostConnection openedConnection, int openedStreamId) {
    connection = openedConnection;
    streamId = openedStreamId;
    counted = call.known().method().predicts();
    if (counted) {
      counters().started(chosen.host());
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
    to.http2().sendData(streamId, data, endStream, creditBytes);
  }

  @Override
  public void sent(int receiptBytes) {
    call.creditCaller(receiptBytes);
  }

  /** Gives credit for bytes of the answer that have reached the caller's connection. */
  void creditHost(int byteCount) {
    HostConnection to = connection;
    if (!over && to != null) {
      to.http2().credit(streamId, byteCount);
    }
  }

  @Override
  public boolean abandoned() {
    return over;
  }

  /** Ends the try and gives everything back, telling the host when it is still at work. */
  void finish() {
    if (over) {
      return;
    }
    HostConnection to = connection;
    if (to != null && (!answered || call.body().waiting())) {
      to.http2().reset(streamId, answered ? ErrorCode.NO_ERROR : ErrorCode.CANCEL);
    }
    if (counted && !answered) {
      counters().cancelled(chosen.host());
    }
    end();
  }

  private HostCounters counters() {
    return call.loop().attestation().counters();
  }

  private void end() {
    over = true;
    answer.release();
    MessageDigest sha256 = digest;
    if (sha256 != null) {
      call.loop().recorder().giveBack(sha256);
    }
    CallLoop loop = call.loop();
    loop.upstream().finished(chosen.host(), loop.nowNs());
  }

  @Override
  public void unreachable() {
    end();
    call.attemptFailed(this, Refusal.NO_REACHABLE_HOST, "", true);
  }

  @Override
  public void reset(long errorCode, boolean unseen) {
    if (counted) {
      counters().failed(chosen.host());
    }
    end();
    if (errorCode == ErrorCode.CONNECTION_LOST || unseen) {
      call.attemptFailed(this, Refusal.HOST_CONNECTION_LOST, "", unseen);
    } else {
      String detail = "the host reset the stream, HTTP/2 error " + errorCode;
      call.attemptFailed(this, HostFault.ofReset(errorCode), detail, false);
    }
  }

  private void broken(String detail) {
    broken(Refusal.HOST_PROTOCOL_ERROR, detail);
  }

  // From the host.

  @Override
  public void headers(HeaderBlock block, boolean endStream) {
    if (headersSeen) {
      lastBlock(block, endStream);
    } else if (!endStream
        && block.finding() instanceof HostHead known
        && known.is(chosen, target)) {
      headersSeen = true;
      digestSeen = known.digest();
      digestProved = true;
      call.answerBegins(known.toCaller());
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
    headersSeen = true;
    AsciiString status = requireNonNull(block.find(GrpcNames.STATUS), "judged before");
    boolean answersGrpc = endStream && block.find(GrpcNames.GRPC_STATUS) != null;
    if (!GrpcNames.STATUS_OK.equals(status) && !answersGrpc) {
      broken(HostFault.ofHttp(status), "the host answered HTTP " + status);
      return;
    }
    digestSeen = block.find(GrpcNames.MODEL_DIGEST);
    if (!target.attested() || (digestSeen == null && isError(block, endStream))) {
      digestProved = false;
    } else if (!proved(block)) {
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
    HeaderBlock toCaller = ForwardedHeaders.toCaller(call.known(), digestSeen, block);
    if (sure) {
      block.finding(new HostHead(chosen, target, digestSeen, toCaller.repeated()));
    }
    call.answerBegins(toCaller);
  }

  /** A Trailers-Only error without a digest says nothing about a model. */
  private static boolean isError(HeaderBlock block, boolean endStream) {
    AsciiString status = block.find(GrpcNames.GRPC_STATUS);
    return endStream && status != null && !status.contentEquals("0");
  }

  /**
   * Holds the answer's claims against what the host proved; false when the try has ended over it.
   */
  private boolean proved(HeaderBlock block) {
    AsciiString bootId = block.find(GrpcNames.BOOT_ID);
    HostConnection from = connection;
    if (from == null || !from.isProcess(bootId, chosen.bootId())) {
      call.loop().attestation().processChanged(chosen.host(), bootId);
      finish();
      String detail = "host " + chosen.host().id() + " has restarted and proved nothing yet";
      call.attemptFailed(this, Refusal.NO_VERIFIED_HOST, detail, true);
      return false;
    }
    AsciiString seen = digestSeen;
    switch (DigestCheck.judge(target, chosen, seen, block.find(GrpcNames.LOAD_GENERATION))) {
      case MATCH -> {
        digestProved = true;
        sure = true;
      }
      case MATCH_OTHER_GENERATION -> {
        digestProved = true;
        call.loop().attestation().generationChanged(chosen.host());
      }
      case MISMATCH, MISSING -> {
        call.loop().attestation().mismatch(chosen.host(), target, seen);
        finish();
        call.attemptFailed(this, Refusal.MODEL_DIGEST_MISMATCH, "", true);
        return false;
      }
      case UNCHECKED -> {
        // The model is configured with integrity: none.
      }
    }
    return true;
  }

  @Override
  public void data(ByteBuf data, boolean endStream) {
    if (!headersSeen || endStream) {
      broken(headersSeen ? "the host's answer has no trailers" : "data before headers");
      return;
    }
    answer.receive(data, digest, call.loop(), call.allocator());
  }

  @Override
  public boolean completed() {
    return call.messageAnswered(this);
  }

  @Override
  public void pass(ByteBuf data, int receiptBytes, boolean between) {
    call.answerContinues(data, receiptBytes, between);
  }

  @Override
  public void broken(Refusal why, String detail) {
    finish();
    call.attemptFailed(this, why, detail, false);
  }

  private void trailers(HeaderBlock block, boolean endStream) {
    AsciiString status = block.find(GrpcNames.GRPC_STATUS);
    int code = status == null ? -1 : parseCode(status);
    if (!endStream || code < 0) {
      broken(endStream ? "the host sent no grpc-status" : "headers in the middle of an answer");
    } else if (code == 0 && !answer.whole()) {
      broken("OK without a whole message");
    } else {
      answered = true;
      if (counted && code == 0) {
        counters().answered(chosen.host());
      } else if (counted) {
        counters().failed(chosen.host());
      }
      call.end(CallEnd.answered(code, block));
    }
  }

  private static int parseCode(AsciiString status) {
    int code = 0;
    for (int i = 0; i < status.length(); i++) {
      int digit = status.byteAt(i) - '0';
      if (digit < 0 || digit > 9 || i > 1) {
        return -1;
      }
      code = 10 * code + digit;
    }
    // What is not in the list means UNKNOWN (gRPC, "Status codes and their use").
    return status.isEmpty() ? -1 : Math.min(code, 17) == 17 ? 2 : code;
  }

  // For the call's end.

  /** The messages of the answer. */
  AnswerBody answer() {
    return answer;
  }

  /** The answer carried the digest that the host had proved. */
  boolean digestProved() {
    return digestProved;
  }

  /** What the answer carried, or null. */
  @Nullable AsciiString digestSeen() {
    return digestSeen;
  }

  /** SHA-256 of the message at hand, or null when it is not hashed or not complete. */
  byte @Nullable [] sha256() {
    return digest == null || over || !answer.messageComplete() ? null : digest.digest();
  }
}
