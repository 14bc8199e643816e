package io.weighbridge.ledger.write;

import io.weighbridge.ledger.CallRecord;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/** Makes calls with any fields set or absent. */
final class RandomCalls {
  private static final int TEXT_CHARS_MAX = 60;
  private static final String ALPHABET = "abcXYZ019 -_/.\u00e4\u20ac\ud83d\ude00";

  private final RandomGenerator random;

  RandomCalls(RandomGenerator random) {
    this.random = random;
  }

  /** A call like most: about 280 bytes. */
  static CallRecord typical() {
    CallRecord call = new CallRecord();
    call.kind = 1;
    call.completedAtUnixNs = LedgerClock.SYSTEM.unixNs();
    call.receivedAtUnixNs = call.completedAtUnixNs - 2_000_000;
    call.durationNs = 2_000_000;
    call.tenant = utf8("acme");
    call.principal = utf8("checkout-service");
    call.authMethod = 1;
    call.credentialId = utf8("demo");
    call.method = utf8("inference.GRPCInferenceService/ModelInfer");
    call.attempts = 1;
    call.traceIdHigh = 0x0123456789abcdefL;
    call.traceIdLow = 0x1123456789abcdefL;
    call.spanId = 0x2123456789abcdefL;
    call.requestId = utf8("req-000001");
    call.requestIdLength = call.requestId.length;
    call.model = utf8("minilm");
    call.versionServed = utf8("2");
    call.routeEpoch = 41;
    call.rule = 5;
    call.bucket = 618_033;
    call.hostId = utf8("host-a");
    call.requestBytes = 1024;
    call.responseBytes = 1536;
    call.requestSha256 = new byte[32];
    call.responseSha256 = new byte[32];
    call.integrity = 1;
    call.authorised = true;
    call.attestationLeafPlusOne = 12;
    call.deploymentLeafPlusOne = 3;
    return call;
  }

  void fill(CallRecord call) {
    call.clear();
    call.kind = 1 + random.nextInt(3);
    call.receivedAtUnixNs = number();
    call.completedAtUnixNs = number();
    call.durationNs = number();
    call.tenant = text();
    call.principal = text();
    call.authMethod = random.nextInt(4);
    call.credentialId = text();
    call.method = text();
    call.grpcStatus = random.nextInt(17);
    call.reason = text();
    call.attempts = random.nextInt(3);
    call.traceIdHigh = number();
    call.traceIdLow = number();
    call.spanId = number();
    call.requestId = text();
    call.requestIdLength = call.requestId.length;
    call.streamOrdinal = number();
    call.idempotencyKey = text();
    call.model = text();
    call.versionAsked = text();
    call.labelUsed = text();
    call.versionServed = text();
    call.digestObserved = random.nextBoolean() ? null : hash();
    call.routeEpoch = number();
    call.rule = random.nextInt(7);
    call.bucket = random.nextInt(1_000_000);
    call.hostId = text();
    call.requestBytes = number();
    call.responseBytes = number();
    call.requestSha256 = random.nextBoolean() ? null : hash();
    call.responseSha256 = random.nextBoolean() ? null : hash();
    call.integrity = random.nextInt(6);
    call.authorised = random.nextBoolean();
    call.attestationLeafPlusOne = number();
    call.deploymentLeafPlusOne = number();
    call.callRecordIdHigh = number();
    call.callRecordIdLow = number();
    call.attemptOrdinal = random.nextInt(3);
  }

  private long number() {
    return random.nextBoolean() ? 0 : random.nextLong() >>> random.nextInt(64);
  }

  private byte[] hash() {
    byte[] hash = new byte[32];
    random.nextBytes(hash);
    return hash;
  }

  private byte[] text() {
    StringBuilder text = new StringBuilder();
    int length = random.nextBoolean() ? 0 : random.nextInt(TEXT_CHARS_MAX);
    int[] codePoints = ALPHABET.codePoints().toArray();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(codePoints[random.nextInt(codePoints.length)]);
    }
    return utf8(text.toString());
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
