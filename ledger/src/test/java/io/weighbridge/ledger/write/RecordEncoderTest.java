package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.audit.v1.Rpc;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Ledger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RecordEncoderTest {
  private static final int ROUNDS = 20_000;
  private static final long BOOT = 7;
  private static final int LANE = 3;

  private final byte[] target = new byte[Ledger.RECORD_BYTES_MAX];
  private final RecordEncoder encoder =
      new RecordEncoder(target, RandomCalls.utf8("gw-1"), BOOT, LANE);

  @Test
  void writesWhatTheGeneratedParserReads() throws InvalidProtocolBufferException {
    RandomCalls calls = new RandomCalls(new Random(1));
    CallRecord call = new CallRecord();
    for (int i = 0; i < ROUNDS; i++) {
      calls.fill(call);
      call.recordIdHigh = i + 1L;
      call.recordIdLow = -i;
      assertSame(call, i, encode(call, i));
    }
  }

  @Test
  void writesTheVeryBytesTheGeneratedSerializerWrites() throws InvalidProtocolBufferException {
    RandomCalls calls = new RandomCalls(new Random(2));
    CallRecord call = new CallRecord();
    for (int i = 0; i < ROUNDS; i++) {
      calls.fill(call);
      int start = encoder.encode(call, i);
      byte[] ours = Arrays.copyOfRange(target, start, target.length);
      assertThat(ours).isEqualTo(Record.parseFrom(ours).toByteArray());
    }
  }

  @Test
  void aTypicalPredictionTakesAbout280Bytes() {
    int start = encoder.encode(RandomCalls.typical(), 1_000_000);

    assertThat(target.length - start).isBetween(240, 320);
  }

  @Test
  void cutsLongTextsAtACharacterAndAlwaysFits() throws InvalidProtocolBufferException {
    CallRecord call = new CallRecord();
    byte[] tooLong = RandomCalls.utf8("a" + "\u20ac".repeat(2_000));
    call.tenant = tooLong;
    call.principal = tooLong;
    call.credentialId = tooLong;
    call.method = tooLong;
    call.reason = tooLong;
    call.requestId = tooLong;
    call.requestIdLength = tooLong.length;
    call.idempotencyKey = tooLong;
    call.model = tooLong;
    call.versionAsked = tooLong;
    call.labelUsed = tooLong;
    call.versionServed = tooLong;
    call.hostId = tooLong;

    Record record = encode(call, Long.MAX_VALUE >> 14);

    assertThat(record.getRpc().getRequestId()).isEqualTo("a" + "\u20ac".repeat(341));
    assertThat(record.getRoute().getHostId()).isEqualTo("a" + "\u20ac".repeat(341));
  }

  @Test
  void keepsARecordReadableWhateverBytesACallerSends() throws InvalidProtocolBufferException {
    CallRecord call = new CallRecord();
    byte[][] broken = {
      {'o', 'k', (byte) 0xC0, (byte) 0x80},
      {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
      {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
      {(byte) 0xE2, (byte) 0x82},
      {(byte) 0xFF}
    };
    for (byte[] bytes : broken) {
      call.requestId = bytes;
      call.requestIdLength = bytes.length;
      assertThat(encode(call, 0).getRpc().getRequestId()).hasSize(bytes.length).contains("?");
    }
  }

  private Record encode(CallRecord call, long sequence) throws InvalidProtocolBufferException {
    int start = encoder.encode(call, sequence);
    return Record.parseFrom(ByteBuffer.wrap(target, start, target.length - start));
  }

  private static void assertSame(CallRecord call, long sequence, Record record) {
    assertThat(record.getKindValue()).isEqualTo(call.kind);
    assertThat(record.getRecordId()).isEqualTo(longs(call.recordIdHigh, call.recordIdLow));
    assertThat(record.getGatewayId()).isEqualTo("gw-1");
    assertThat(record.getBootEpoch()).isEqualTo(BOOT);
    assertThat(record.getLane()).isEqualTo(LANE);
    assertThat(record.getSequence()).isEqualTo(sequence);
    assertThat(record.getReceivedAt()).isEqualTo(call.receivedAtUnixNs);
    assertThat(record.getCompletedAt()).isEqualTo(call.completedAtUnixNs);
    assertThat(record.getDurationNs()).isEqualTo(call.durationNs);
    assertThat(record.getCaller().getTenant()).isEqualTo(text(call.tenant));
    assertThat(record.getCaller().getPrincipal()).isEqualTo(text(call.principal));
    assertThat(record.getCaller().getAuthMethodValue()).isEqualTo(call.authMethod);
    assertThat(record.getCaller().getCredentialId()).isEqualTo(text(call.credentialId));
    assertRpc(call, record.getRpc());
    assertThat(record.getModel().getName()).isEqualTo(text(call.model));
    assertThat(record.getModel().getVersionAsked()).isEqualTo(text(call.versionAsked));
    assertThat(record.getModel().getLabelUsed()).isEqualTo(text(call.labelUsed));
    assertThat(record.getModel().getVersionServed()).isEqualTo(text(call.versionServed));
    assertThat(record.getModel().getDigestObserved()).isEqualTo(bytes(call.digestObserved));
    assertThat(record.getRoute().getEpoch()).isEqualTo(call.routeEpoch);
    assertThat(record.getRoute().getRuleValue()).isEqualTo(call.rule);
    assertThat(record.getRoute().getBucket()).isEqualTo(call.bucket);
    assertThat(record.getRoute().getHostId()).isEqualTo(text(call.hostId));
    assertThat(record.getRequest().getSizeBytes()).isEqualTo(call.requestBytes);
    assertThat(record.getResponse().getSizeBytes()).isEqualTo(call.responseBytes);
    assertThat(record.getRequest().getSha256()).isEqualTo(bytes(call.requestSha256));
    assertThat(record.getResponse().getSha256()).isEqualTo(bytes(call.responseSha256));
    assertThat(record.getVerdicts().getIntegrityValue()).isEqualTo(call.integrity);
    assertThat(record.getVerdicts().getAuthorised()).isEqualTo(call.authorised);
    assertThat(record.getLinks().getAttestationLeafPlusOne())
        .isEqualTo(call.attestationLeafPlusOne);
    assertThat(record.getLinks().getDeploymentLeafPlusOne()).isEqualTo(call.deploymentLeafPlusOne);
    assertThat(record.getAttempt().getCallRecordId())
        .isEqualTo(longs(call.callRecordIdHigh, call.callRecordIdLow));
    assertThat(record.getAttempt().getOrdinal()).isEqualTo(call.attemptOrdinal);
  }

  private static void assertRpc(CallRecord call, Rpc rpc) {
    assertThat(rpc.getMethod()).isEqualTo(text(call.method));
    assertThat(rpc.getStatus()).isEqualTo(call.grpcStatus);
    assertThat(rpc.getReason()).isEqualTo(text(call.reason));
    assertThat(rpc.getAttempts()).isEqualTo(call.attempts);
    assertThat(rpc.getTraceId()).isEqualTo(longs(call.traceIdHigh, call.traceIdLow));
    ByteString span =
        call.spanId == 0
            ? ByteString.EMPTY
            : ByteString.copyFrom(ByteBuffer.allocate(8).putLong(0, call.spanId));
    assertThat(rpc.getSpanId()).isEqualTo(span);
    assertThat(rpc.getRequestId()).isEqualTo(text(call.requestId));
    assertThat(rpc.getStreamOrdinal()).isEqualTo(call.streamOrdinal);
    assertThat(rpc.getIdempotencyKey()).isEqualTo(text(call.idempotencyKey));
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static ByteString bytes(byte @Nullable [] bytes) {
    return bytes == null ? ByteString.EMPTY : ByteString.copyFrom(bytes);
  }

  private static ByteString longs(long high, long low) {
    if ((high | low) == 0) {
      return ByteString.EMPTY;
    }
    return ByteString.copyFrom(ByteBuffer.allocate(16).putLong(high).putLong(low).flip());
  }
}
