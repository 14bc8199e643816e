package io.weighbridge.gateway.control;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerUnavailableException;
import io.weighbridge.ledger.RecordId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A ledger in memory that takes a record once and can be told to take none. Thread-safe. */
public final class FakeLedger implements Ledger {
  private final List<Record> leaves = new ArrayList<>();
  private final List<String> folded = new ArrayList<>();
  private long reserved;
  private boolean accepting = true;
  private boolean failing;

  /** Every record, by leaf. */
  public synchronized List<Record> leaves() {
    return List.copyOf(leaves);
  }

  /** The records of one kind. */
  public List<Record> leaves(Kind kind) {
    return leaves().stream().filter(leaf -> leaf.getKind() == kind).toList();
  }

  /** What was folded, as reason and status. */
  public synchronized List<String> folded() {
    return List.copyOf(folded);
  }

  /** Says in advance that nothing is taken. */
  public synchronized void accepting(boolean accepts) {
    accepting = accepts;
  }

  /** Says it takes records, and fails each. */
  public synchronized void failing(boolean fails) {
    failing = fails;
  }

  @Override
  public synchronized CompletableFuture<Appended> appendDurably(Record.Builder builder) {
    if (failing || !accepting) {
      return CompletableFuture.failedFuture(new LedgerUnavailableException("told to fail"));
    }
    if (builder.build().getSerializedSize() > RECORD_BYTES_MAX) {
      return CompletableFuture.failedFuture(new IllegalArgumentException("record too large"));
    }
    for (int leaf = 0; leaf < leaves.size(); leaf++) {
      if (!builder.getRecordId().isEmpty()
          && leaves.get(leaf).getRecordId().equals(builder.getRecordId())) {
        return CompletableFuture.completedFuture(appended(leaf));
      }
    }
    if (builder.getRecordId().isEmpty()) {
      builder.setRecordId(ByteString.copyFrom(reserveId().toBytes()));
    }
    leaves.add(builder.build());
    return CompletableFuture.completedFuture(appended(leaves.size() - 1));
  }

  private Appended appended(int leaf) {
    return new Appended(RecordId.fromBytes(leaves.get(leaf).getRecordId().toByteArray()), leaf);
  }

  @Override
  public synchronized RecordId reserveId() {
    return RecordId.of(1_700_000_000_000L, 1, RecordId.RESERVED_LANE, reserved++);
  }

  @Override
  public Lane lane(int index) {
    throw new UnsupportedOperationException("no call is recorded in these tests");
  }

  @Override
  public synchronized void foldRefusal(String reason, int grpcStatus) {
    folded.add(reason + " " + grpcStatus);
  }

  @Override
  public synchronized boolean accepting() {
    return accepting;
  }

  @Override
  public long bootEpoch() {
    return 1;
  }

  @Override
  public byte[] checkpointHash() {
    return new byte[0];
  }

  @Override
  public synchronized Status status() {
    return new Status(
        leaves.size(), leaves.size(), 0, 0, 0, 0, 0, accepting ? "" : "told so", false);
  }

  @Override
  public void close() {}
}
