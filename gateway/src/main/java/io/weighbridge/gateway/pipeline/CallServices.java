package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.observe.trace.SpanSink;
import java.util.function.BooleanSupplier;

/**
 * What the calls of all event loops share. Thread-safe.
 *
 * @param ready whether this gateway takes calls: configuration loaded, ledger accepting, not
 *     draining
 * @param gatewayId value of weighbridge-gateway-id
 * @param bootEpoch value of weighbridge-boot-epoch
 */
public record CallServices(
    CurrentTables tables,
    CallLimits limits,
    AttestationEvents attestation,
    RefusalFold refusals,
    SpanSink spans,
    BooleanSupplier ready,
    AsciiString gatewayId,
    AsciiString bootEpoch) {

  /** Takes refusals before authentication: they are counted per second, not written one by one. */
  @FunctionalInterface
  public interface RefusalFold {
    /** Counts one. */
    void fold(String reason, int grpcCode);
  }
}
