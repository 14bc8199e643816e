package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.http2.HeaderBlock;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about the block a host begins its answers with: that it breaks no rule and,
 * where answers must be proved, claims exactly what this host has proved for this version.
 * Immutable.
 *
 * @param toCaller the block as callers of the version get it
 */
record HostHead(
    Eligible chosen, Target target, @Nullable AsciiString digest, HeaderBlock toCaller) {

  /** Whether it holds for an answer of this host on this version: for the proof as it was. */
  boolean is(Eligible nowChosen, Target nowTarget) {
    return chosen.equals(nowChosen) && target.equals(nowTarget);
  }
}
