package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.upstream.HostConnection;
import org.jspecify.annotations.Nullable;

/**
 * The first block of one host's answer: what it claims, and whether the host has proved that.
 * Confined to the call's event loop.
 */
final class AnswerHead {
  private final Eligible chosen;
  private final Target target;
  private boolean seen;
  private @Nullable AsciiString digest;
  private boolean proved;

  /** It claims exactly what was proved, or need not: so it will the next time. */
  private boolean sure;

  AnswerHead(Eligible chosen, Target target) {
    this.chosen = chosen;
    this.target = target;
  }

  /** Whether it is here. */
  boolean seen() {
    return seen;
  }

  /** What the host's answers say its model is, or null. */
  @Nullable AsciiString digest() {
    return digest;
  }

  /** Whether that is what the host had proved. */
  boolean proved() {
    return proved;
  }

  /** The block as callers get it, if this one was judged before and is good; else null. */
  @Nullable HeaderBlock known(HeaderBlock block) {
    if (!(block.finding() instanceof HostHead found) || !found.is(chosen, target)) {
      return null;
    }
    seen = true;
    digest = found.digest();
    proved = target.attested();
    return found.toCaller();
  }

  /** Judges what the block claims, where it must claim something. */
  AnswerProof judge(
      HeaderBlock block,
      boolean endStream,
      AttestationEvents attestation,
      @Nullable HostConnection from) {
    seen = true;
    digest = block.find(GrpcNames.MODEL_DIGEST);
    sure = !target.attested();
    if (sure || (digest == null && HostFault.isError(block, endStream))) {
      return AnswerProof.UNCHECKED;
    }
    AnswerProof proof = AnswerProof.judge(attestation, from, chosen, target, block);
    proved = proof == AnswerProof.SURE || proof == AnswerProof.RELOADED;
    sure = proof == AnswerProof.SURE;
    return proof;
  }

  /** The block as callers get it; what was found out about it is kept for the next one like it. */
  HeaderBlock toCaller(CallFacts of, HeaderBlock block) {
    HeaderBlock toCaller = ForwardedHeaders.toCaller(of, digest, block);
    if (sure) {
      block.finding(new HostHead(chosen, target, digest, toCaller.repeated()));
    }
    return toCaller;
  }
}
