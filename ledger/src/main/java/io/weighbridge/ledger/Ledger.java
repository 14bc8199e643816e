package io.weighbridge.ledger;

import io.weighbridge.audit.v1.Record;
import java.util.concurrent.CompletableFuture;

/**
 * The open ledger of one gateway, as the gateway sees it. Thread-safe.
 *
 * <p>There is one log per gateway for life: one origin, one key.
 */
public interface Ledger extends AutoCloseable {

  /** The lane of one event loop. Each index is handed out once. */
  Lane lane(int index);

  /**
   * Appends through the control lane, syncs, and answers with the leaf's index once it is durable.
   * The builder's kind and detail are the caller's; id, gateway, boot epoch, lane, sequence and
   * times are filled in here unless the record id is set already (then a record with that id is
   * appended at most once, which is how an outbox is replayed).
   */
  CompletableFuture<Appended> appendDurably(Record.Builder builder);

  /** Where a record went. */
  record Appended(RecordId id, long leafIndex) {}

  /**
   * Counts a refusal before authentication; one record per reason and second is written. Any
   * thread.
   */
  void foldRefusal(String reason, int grpcStatus);

  /** Whether records are taken now. */
  boolean accepting();

  /** Rises by one with each start of this gateway. */
  long bootEpoch();

  /** SHA-256 of the last signed checkpoint; empty before the first. */
  byte[] checkpointHash();

  /** Figures for the metrics page. */
  Status status();

  /**
   * Figures of one moment.
   *
   * @param treeSize leaves in the tree
   * @param signedSize leaves under the last signed checkpoint
   * @param unsyncedBytes bytes appended and not yet synced
   * @param laneUsedRatio fullest lane, 0..1
   * @param syncCount syncs done
   * @param lastSyncNs how long the last sync took
   * @param failure empty, or why nothing is accepted
   */
  record Status(
      long treeSize,
      long signedSize,
      long unsyncedBytes,
      double laneUsedRatio,
      long syncCount,
      long lastSyncNs,
      String failure) {}

  /** Seals, syncs and signs everything appended, then lets go of the files. */
  @Override
  void close();
}
