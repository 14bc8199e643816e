package io.weighbridge.ledger.read;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.note.NoteKey;
import io.weighbridge.ledger.tree.TreeHash;
import io.weighbridge.ledger.write.LedgerFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Ledgers to be read: written by the product, then changed. */
final class TestLedger {
  static final byte[] REQUEST = "request".getBytes(StandardCharsets.UTF_8);
  static final byte[] RESPONSE = "response".getBytes(StandardCharsets.UTF_8);

  private final Path folder;
  final Path directory;
  final List<RecordId> ids = new ArrayList<>();

  TestLedger(Path folder) {
    this.folder = folder;
    this.directory = folder.resolve("ledger");
  }

  LedgerConfig config() {
    return new LedgerConfig(
        directory,
        folder.resolve("state"),
        "gw-test",
        "0.1.0",
        2,
        LedgerConfig.LANE_BYTES_MIN,
        5,
        20,
        10_000,
        100_000,
        0);
  }

  /** One start of the gateway with some calls in lane 0. */
  TestLedger run(int calls) throws IOException {
    try (Ledger ledger = LedgerFiles.open(config())) {
      Lane lane = ledger.lane(0);
      for (int i = 0; i < calls; i++) {
        append(lane, call(i));
      }
    }
    return this;
  }

  void append(Lane lane, CallRecord call) {
    while (!lane.append(call)) {
      Thread.onSpinWait();
    }
    ids.add(new RecordId(call.recordIdHigh, call.recordIdLow));
  }

  static CallRecord call(int i) {
    CallRecord call = new CallRecord();
    call.kind = Kind.KIND_PREDICTION_VALUE;
    Instant now = Instant.now();
    call.completedAtUnixNs = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    call.receivedAtUnixNs = call.completedAtUnixNs - 1_000;
    call.tenant = utf8(i % 2 == 0 ? "acme" : "globex");
    call.model = utf8("minilm");
    call.versionServed = utf8(i % 3 == 0 ? "1" : "2");
    call.hostId = utf8("host-a");
    call.traceIdHigh = 1;
    call.traceIdLow = i;
    call.method = utf8("inference.GRPCInferenceService/ModelInfer");
    call.grpcStatus = i % 5 == 4 ? 14 : 0;
    call.requestBytes = REQUEST.length;
    call.requestSha256 = TreeHash.sha256().digest(REQUEST);
    call.responseBytes = RESPONSE.length;
    call.responseSha256 = TreeHash.sha256().digest(RESPONSE);
    return call;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Record.Builder change(String action) {
    Record.Builder record = Record.newBuilder().setKind(Kind.KIND_CHANGE);
    record.getChangeBuilder().setActor("alice").setReason("test").setAction(action);
    return record;
  }

  NoteKey key() throws IOException {
    return LedgerReader.ownKey(directory);
  }

  VerifyReport verify() throws IOException {
    return verify(Map.of());
  }

  VerifyReport verify(Map<String, byte[]> anchors) throws IOException {
    return LedgerVerifier.verify(directory, key(), anchors, _ -> {});
  }

  byte[] checkpoint() throws IOException {
    return Files.readAllBytes(directory.resolve("checkpoint"));
  }

  void copyTo(Path target) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files.forEach(file -> {
        try {
          Path copy = target.resolve(directory.relativize(file).toString());
          if (Files.isDirectory(file)) {
            Files.createDirectories(copy);
          } else {
            Files.copy(file, copy);
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }
  }

  List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
