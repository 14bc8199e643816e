package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.attestation.DigestCheck;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.upstream.HostConnection;
import org.jspecify.annotations.Nullable;

/** What the claims of an answer's first block are worth, held against what the host proved. */
enum AnswerProof {
  /** The proved digest, of the proved load: the same block says the same the next time. */
  SURE(null),
  /** The proved digest, loaded anew since. */
  RELOADED(null),
  /** Nothing is proved of this version. */
  UNCHECKED(null),
  /** Of another process than the one that proved. */
  RESTARTED(Refusal.NO_VERIFIED_HOST),
  OTHER_DIGEST(Refusal.MODEL_DIGEST_MISMATCH);

  private final @Nullable Refusal refusal;

  AnswerProof(@Nullable Refusal refusal) {
    this.refusal = refusal;
  }

  /** Why the answer must not be passed on, or null. */
  @Nullable Refusal refusal() {
    return refusal;
  }

  /** Judges the block, and tells attestation what it has to know. */
  static AnswerProof judge(
      AttestationEvents attestation,
      @Nullable HostConnection from,
      Eligible chosen,
      Target target,
      HeaderBlock block) {
    AsciiString bootId = block.find(GrpcNames.BOOT_ID);
    if (from == null || !from.isProcess(bootId, chosen.bootId())) {
      attestation.processChanged(chosen.host(), bootId);
      return RESTARTED;
    }
    AsciiString seen = block.find(GrpcNames.MODEL_DIGEST);
    return switch (DigestCheck.judge(target, chosen, seen, block.find(GrpcNames.LOAD_GENERATION))) {
      case MATCH -> SURE;
      case MATCH_OTHER_GENERATION -> {
        attestation.generationChanged(chosen.host());
        yield RELOADED;
      }
      case MISMATCH, MISSING -> {
        attestation.mismatch(chosen.host(), target, seen);
        yield OTHER_DIGEST;
      }
      case UNCHECKED -> UNCHECKED;
    };
  }
}
