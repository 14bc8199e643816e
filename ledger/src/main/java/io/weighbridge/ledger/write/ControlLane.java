package io.weighbridge.ledger.write;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerUnavailableException;
import io.weighbridge.ledger.RecordId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lane of records that come from no event loop: changes, attestations, and the ledger's own.
 * Thread-safe: appends hold a lock, the sealer completes them in their order.
 */
final class ControlLane {
  /** Ids remembered for deduplication; older ones are looked for in the log. */
  private static final int OFFERED_MAX = 65_536;

  private static final long NS_PER_MS = 1_000_000;

  private final MappedLane lane;
  private final String gatewayId;
  private final Gate gate;
  private final LedgerClock clock;
  private final SealedIds sealedIds;
  private final Runnable wakeSealer;
  private final long bootEpoch;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private final AtomicLong reserved = new AtomicLong();
  private final Map<RecordId, CompletableFuture<Ledger.Appended>> offered =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(
            Map.Entry<RecordId, CompletableFuture<Ledger.Appended>> eldest) {
          return size() > OFFERED_MAX;
        }
      };

  /** Why nothing is sealed any more; empty while it is. */
  private String ended = "";

  private record Pending(RecordId id, CompletableFuture<Ledger.Appended> future) {}

  ControlLane(
      MappedLane lane,
      String gatewayId,
      Gate gate,
      LedgerClock clock,
      SealedIds sealedIds,
      Runnable wakeSealer) {
    this.lane = lane;
    this.gatewayId = gatewayId;
    this.gate = gate;
    this.clock = clock;
    this.sealedIds = sealedIds;
    this.wakeSealer = wakeSealer;
    this.bootEpoch = lane.file().bootEpoch;
  }

  RecordId reserveId() {
    return RecordId.of(
        clock.unixNs() / NS_PER_MS, bootEpoch, RecordId.RESERVED_LANE, reserved.getAndIncrement());
  }

  /** See {@link Ledger#appendDurably}. */
  CompletableFuture<Ledger.Appended> append(Record.Builder builder) {
    if (!gate.open()) {
      return CompletableFuture.failedFuture(new LedgerUnavailableException(gate.failure()));
    }
    if (builder.getRecordId().isEmpty()) {
      return appendOwn(builder);
    }
    RecordId id = RecordId.fromBytes(builder.getRecordId().toByteArray());
    try {
      return appendOnce(builder, id);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Ledger.Appended> appendOnce(Record.Builder builder, RecordId id)
      throws IOException {
    Ledger.@Nullable Appended sealed = sealedIds.find(id);
    if (sealed != null) {
      return CompletableFuture.completedFuture(sealed);
    }
    lock.lock();
    try {
      CompletableFuture<Ledger.Appended> known = offered.get(id);
      if (known != null && !known.isCompletedExceptionally()) {
        return known;
      }
      CompletableFuture<Ledger.Appended> future = put(builder, id);
      offered.put(id, future);
      return future;
    } finally {
      lock.unlock();
    }
  }

  /** Appends one of the ledger's own, whatever the gate says: room is kept for them. */
  CompletableFuture<Ledger.Appended> appendOwn(Record.Builder builder) {
    lock.lock();
    try {
      return put(builder, null);
    } finally {
      lock.unlock();
    }
  }

  private CompletableFuture<Ledger.Appended> put(Record.Builder builder, @Nullable RecordId given) {
    if (!ended.isEmpty()) {
      return CompletableFuture.failedFuture(new LedgerUnavailableException(ended));
    }
    if (!lane.hasRoom()) {
      return CompletableFuture.failedFuture(
          new LedgerUnavailableException("the control lane is full"));
    }
    long nowNs = clock.unixNs();
    long completedNs = builder.getCompletedAt() == 0 ? nowNs : builder.getCompletedAt();
    RecordId id =
        given != null
            ? given
            : RecordId.of(completedNs / NS_PER_MS, bootEpoch, lane.number(), lane.nextSequence());
    builder
        .setRecordId(ByteString.copyFrom(id.toBytes()))
        .setGatewayId(gatewayId)
        .setBootEpoch(bootEpoch)
        .setLane(lane.number())
        .setSequence(lane.nextSequence())
        .setCompletedAt(completedNs);
    if (builder.getReceivedAt() == 0) {
      builder.setReceivedAt(completedNs);
    }
    byte[] leaf = builder.build().toByteArray();
    if (leaf.length > Ledger.RECORD_BYTES_MAX) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "a record of %d bytes, %d is the most"
                  .formatted(leaf.length, Ledger.RECORD_BYTES_MAX)));
    }
    CompletableFuture<Ledger.Appended> future = new CompletableFuture<>();
    pending.add(new Pending(id, future));
    lane.append(leaf);
    wakeSealer.run();
    return future;
  }

  /** The sealer made the next record of this lane durable. */
  void completeNext(long leafIndex) {
    Pending next;
    lock.lock();
    try {
      next = pending.remove();
    } finally {
      lock.unlock();
    }
    next.future.complete(new Ledger.Appended(next.id, leafIndex));
  }

  /** Nothing will be sealed any more. */
  void failAll(String why) {
    lock.lock();
    try {
      ended = why;
      pending.forEach(p -> p.future.completeExceptionally(new LedgerUnavailableException(why)));
      pending.clear();
    } finally {
      lock.unlock();
    }
  }
}
