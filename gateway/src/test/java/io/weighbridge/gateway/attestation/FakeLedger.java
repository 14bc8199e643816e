package io.weighbridge.gateway.attestation;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.RecordId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A ledger in memory that can be told to fail. Thread-safe. */
final class FakeLedger implements Ledger {
  final CopyOnWriteArrayList<Record> records = new CopyOnWriteArrayList<>();
  private final AtomicLong nextId = new AtomicLong();
  volatile boolean failing;

  @Override
  public synchronized CompletableFuture<Appended> appendDurably(Record.Builder builder) {
    if (failing) {
      return CompletableFuture.failedFuture(new IllegalStateException("disk full"));
    }
    records.add(builder.build());
    return CompletableFuture.completedFuture(new Appended(reserveId(), records.size() - 1));
  }

  @Override
  public RecordId reserveId() {
    return new RecordId(1, nextId.incrementAndGet());
  }

  /** Results of the attestations and reasons of the alarms, in order. */
  List<String> words() {
    return records.stream()
        .map(found ->
            found.getKind() == Kind.KIND_ATTESTATION
                ? found.getAttestation().getResult()
                : "ALARM " + found.getIntegrityAlarm().getReason())
        .toList();
  }

  @Override
  public Lane lane(int index) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void foldRefusal(String reason, int grpcStatus) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean accepting() {
    return !failing;
  }

  @Override
  public long bootEpoch() {
    return 3;
  }

  @Override
  public byte[] checkpointHash() {
    return new byte[32];
  }

  @Override
  public Status status() {
    return new Status(records.size(), 0, 0, 0, 0, 0, 0, "", false);
  }

  @Override
  public void close() {}
}
