package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.local.LocalServices;
import io.weighbridge.gateway.observe.trace.SpanSink;

/**
 * What the calls of all event loops share. Thread-safe.
 *
 * @param local what the gateway answers of itself
 * @param serveUnrecorded whether an answer leaves although the ledger did not take its record; then
 *     the lane counts the loss
 * @param gatewayId value of weighbridge-gateway-id
 * @param bootEpoch value of weighbridge-boot-epoch
 */
public record CallServices(
    CurrentTables tables,
    CallLimits limits,
    AttestationEvents attestation,
    CallEvents events,
    SpanSink spans,
    LocalServices local,
    boolean serveUnrecorded,
    AsciiString gatewayId,
    AsciiString bootEpoch) {}
