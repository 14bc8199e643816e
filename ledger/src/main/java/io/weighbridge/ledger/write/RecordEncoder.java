package io.weighbridge.ledger.write;

import io.weighbridge.ledger.CallRecord;
import org.jspecify.annotations.Nullable;

/**
 * {@link CallRecord} to the bytes of {@code weighbridge.audit.v1.Record}. Confined to its lane's
 * thread; never allocates.
 *
 * <p>Texts longer than {@link #TEXT_BYTES_MAX} are cut there, so every record fits {@link
 * io.weighbridge.ledger.Ledger#RECORD_BYTES_MAX}: thirteen texts of 1 KiB and less than 1 KiB of
 * everything else.
 */
final class RecordEncoder {
  /** Longest text kept: names are at most 256 bytes, only ids of a caller's making are longer. */
  static final int TEXT_BYTES_MAX = 1024;

  private final BackwardWriter out;
  private final byte[] gatewayId;
  private final long bootEpoch;
  private final int lane;

  RecordEncoder(byte[] target, byte[] gatewayId, long bootEpoch, int lane) {
    this.out = new BackwardWriter(target);
    this.gatewayId = gatewayId;
    this.bootEpoch = bootEpoch;
    this.lane = lane;
  }

  /** Writes to the end of the target and answers with the index of the first byte. */
  int encode(CallRecord call, long sequence) {
    out.reset();
    attempt(call);
    links(call);
    verdicts(call);
    payload(15, call.responseBytes, call.responseSha256);
    payload(14, call.requestBytes, call.requestSha256);
    route(call);
    model(call);
    rpc(call);
    caller(call);
    out.varintField(9, call.durationNs);
    out.fixed64Field(8, call.completedAtUnixNs);
    out.fixed64Field(7, call.receivedAtUnixNs);
    out.varintField(6, sequence);
    out.varintField(5, lane);
    out.varintField(4, bootEpoch);
    text(3, gatewayId);
    out.longBytesField(2, call.recordIdHigh, call.recordIdLow);
    out.varintField(1, call.kind);
    return out.start();
  }

  private void attempt(CallRecord call) {
    int end = out.start();
    out.varintField(2, call.attemptOrdinal);
    out.longBytesField(1, call.callRecordIdHigh, call.callRecordIdLow);
    out.messageField(20, end);
  }

  private void links(CallRecord call) {
    int end = out.start();
    out.varintField(2, call.deploymentLeafPlusOne);
    out.varintField(1, call.attestationLeafPlusOne);
    out.messageField(17, end);
  }

  private void verdicts(CallRecord call) {
    int end = out.start();
    out.varintField(2, call.authorised ? 1 : 0);
    out.varintField(1, call.integrity);
    out.messageField(16, end);
  }

  private void payload(int field, long sizeBytes, byte @Nullable [] sha256) {
    int end = out.start();
    bytes(2, sha256);
    out.varintField(1, sizeBytes);
    out.messageField(field, end);
  }

  private void route(CallRecord call) {
    int end = out.start();
    text(4, call.hostId);
    out.varintField(3, call.bucket);
    out.varintField(2, call.rule);
    out.varintField(1, call.routeEpoch);
    out.messageField(13, end);
  }

  private void model(CallRecord call) {
    int end = out.start();
    bytes(5, call.digestObserved);
    text(4, call.versionServed);
    text(3, call.labelUsed);
    text(2, call.versionAsked);
    text(1, call.model);
    out.messageField(12, end);
  }

  private void rpc(CallRecord call) {
    int end = out.start();
    text(9, call.idempotencyKey);
    out.varintField(8, call.streamOrdinal);
    out.textField(7, call.requestId, call.requestIdLength, TEXT_BYTES_MAX);
    out.longBytesField(6, call.spanId);
    out.longBytesField(5, call.traceIdHigh, call.traceIdLow);
    out.varintField(4, call.attempts);
    text(3, call.reason);
    out.varintField(2, call.grpcStatus);
    text(1, call.method);
    out.messageField(11, end);
  }

  private void caller(CallRecord call) {
    int end = out.start();
    text(4, call.credentialId);
    out.varintField(3, call.authMethod);
    text(2, call.principal);
    text(1, call.tenant);
    out.messageField(10, end);
  }

  private void text(int field, byte[] value) {
    out.textField(field, value, value.length, TEXT_BYTES_MAX);
  }

  private void bytes(int field, byte @Nullable [] value) {
    if (value != null) {
      out.bytesField(field, value, value.length);
    }
  }
}
