package io.weighbridge.ledger;

import io.weighbridge.audit.v1.Record;
import java.util.concurrent.CompletableFuture;

/**
 * The open ledger of one gateway, as the gateway sees it. Thread-safe.
 *
 * <p>There is one log per gateway for life: one origin, one key.
 */
public interface Ledger extends AutoCloseable {

  /** Largest record, and so the largest leaf. */
  int RECORD_BYTES_MAX = 16 * 1024;

  /** The lane of one event loop. Each index is handed out once. */
  Lane lane(int index);

  /**
   * Appends through the control lane, syncs, and answers with the leaf's index once it is durable.
   * The builder's kind and detail are the caller's; gateway, boot epoch, lane and sequence are
   * filled in here, and so are the times and the record id unless they are set already. A record
   * whose id is set is appended at most once, however often it is offered, which is how an outbox
   * is replayed.
   *
   * <p>The future fails with {@link LedgerUnavailableException} when the ledger does not take the
   * record, and with {@link IllegalArgumentException} when the record is larger than {@link
   * #RECORD_BYTES_MAX}. It completes on the sealer's thread: whoever waits must not do long work
   * there.
   */
  CompletableFuture<Appended> appendDurably(Record.Builder builder);

  /** An id no other record has, to be written down (in an outbox) before its record is appended. */
  RecordId reserveId();

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

  /** SHA-256 of the last signed checkpoint's bytes; empty before the first. */
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
   * @param syncAgeNsMax what the oldest record had waited when its sync was done, at most, over the
   *     last minute
   * @param failure empty, or why nothing is accepted
   * @param terminal whether only a new start can end that: drain, close and exit 74
   */
  record Status(
      long treeSize,
      long signedSize,
      long unsyncedBytes,
      double laneUsedRatio,
      long syncCount,
      long lastSyncNs,
      long syncAgeNsMax,
      String failure,
      boolean terminal) {}

  /** Seals, syncs and signs everything appended, then lets go of the files. */
  @Override
  void close();
}
