package io.weighbridge.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weighbridge.ledger.CallRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The record the benchmarks append, and the folder of their ledger. Without state. */
final class TypicalRecord {
  private static final int KIND_PREDICTION = 1;
  private static final int INTEGRITY_VERIFIED = 1;
  private static final int RULE_SPLIT_DRAW = 5;
  private static final long NOW_UNIX_NS = 1_800_000_000_000_000_000L;

  private TypicalRecord() {}

  /** A prediction with both digests, 296 bytes. */
  static void fill(CallRecord callRecord) {
    callRecord.kind = KIND_PREDICTION;
    callRecord.receivedAtUnixNs = NOW_UNIX_NS;
    callRecord.completedAtUnixNs = NOW_UNIX_NS + 900_000;
    callRecord.durationNs = 900_000;
    callRecord.tenant = "acme".getBytes(UTF_8);
    callRecord.principal = "checkout-service".getBytes(UTF_8);
    callRecord.authMethod = 1;
    callRecord.credentialId = "demo".getBytes(UTF_8);
    callRecord.method = "/inference.GRPCInferenceService/ModelInfer".getBytes(UTF_8);
    callRecord.attempts = 1;
    callRecord.traceIdHigh = 0x4bf92f3577b34da6L;
    callRecord.traceIdLow = 0xa3ce929d0e0e4736L;
    callRecord.spanId = 0x00f067aa0ba902b7L;
    callRecord.model = "minilm".getBytes(UTF_8);
    callRecord.versionServed = "1".getBytes(UTF_8);
    callRecord.routeEpoch = 41;
    callRecord.rule = RULE_SPLIT_DRAW;
    callRecord.bucket = 618_033;
    callRecord.hostId = "host-a".getBytes(UTF_8);
    callRecord.requestBytes = 1_054;
    callRecord.responseBytes = 1_058;
    callRecord.requestSha256 = new byte[32];
    callRecord.responseSha256 = new byte[32];
    callRecord.integrity = INTEGRITY_VERIFIED;
    callRecord.authorised = true;
    callRecord.attestationLeafPlusOne = 1_000;
    callRecord.deploymentLeafPlusOne = 900;
  }

  /** A fresh folder on this checkout's disk. */
  static Path folder() throws IOException {
    Path home = Path.of(System.getProperty("weighbridge.home", "."), "benchmarks", "target");
    Files.createDirectories(home);
    return Files.createTempDirectory(home, "ledger");
  }

  /** Removes a folder and what is in it. */
  static void remove(Path folder) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    }
  }
}
