package io.weighbridge.ledger.write;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.tree.TilePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which control records of earlier starts are in the log, so that an outbox replayed after a crash
 * appends nothing twice. Thread-safe: guarded by itself; reads the disk on its caller's thread.
 *
 * <p>A record's leaf never comes before its id was made, so the log is read from its end backwards
 * until it is older than the id: of an earlier start, or of the same and clearly of an earlier
 * time; what was read is remembered. Only the ledger's own records tell the time at which they were
 * appended: a replayed one tells of an earlier moment.
 */
final class SealedIds {
  /** How far the clock may have stepped within a start. */
  private static final long SLACK_MS = 3_600_000;

  private static final int BOOT_MASK = 0xFFF;
  private static final long NS_PER_MS = 1_000_000;

  private final Path directory;
  private final long bootEpoch;
  private final Map<RecordId, Long> found = new HashMap<>();
  private long unreadBundles;
  private long readBackToBoot = Long.MAX_VALUE;

  /** Within that start. */
  private long readBackToMs = Long.MAX_VALUE;

  /**
   * Begins with the leaves that are in no full bundle.
   *
   * @param bundles full bundles in the log
   * @param tail leaves after those
   * @param bootEpoch of the start that begins now
   */
  SealedIds(Path directory, long bundles, List<byte[]> tail, long bootEpoch)
      throws InvalidProtocolBufferException {
    this.directory = directory;
    this.unreadBundles = bundles;
    this.bootEpoch = bootEpoch;
    long index = bundles * TilePath.WIDTH;
    for (byte[] leaf : tail) {
      note(Record.parseFrom(leaf), index++);
    }
  }

  /** Where the record was sealed before this start, or null. */
  synchronized Ledger.@Nullable Appended find(RecordId id) throws IOException {
    long startsAgo = bootEpoch - id.bootEpochLow() & BOOT_MASK;
    if (startsAgo == 0) {
      return null;
    }
    while (!found.containsKey(id) && unreadBundles > 0 && mayBeBefore(id, bootEpoch - startsAgo)) {
      read(--unreadBundles);
    }
    Long index = found.get(id);
    return index == null ? null : new Ledger.Appended(id, index);
  }

  private boolean mayBeBefore(RecordId id, long idBoot) {
    return readBackToBoot > idBoot
        || (readBackToBoot == idBoot && readBackToMs > id.unixMs() - SLACK_MS);
  }

  private void read(long bundle) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap(
            Files.readAllBytes(directory.resolve(TilePath.entries(bundle, TilePath.WIDTH))));
    for (long index = bundle * TilePath.WIDTH; bytes.hasRemaining(); index++) {
      byte[] leaf = new byte[Short.toUnsignedInt(bytes.getShort())];
      bytes.get(leaf);
      note(Record.parseFrom(leaf), index);
    }
  }

  private void note(Record record, long index) {
    if (record.getBootEpoch() < readBackToBoot) {
      readBackToBoot = record.getBootEpoch();
      readBackToMs = Long.MAX_VALUE;
    }
    boolean tellsTime =
        record.getKind() == Kind.KIND_BOOT || record.getKind() == Kind.KIND_HEARTBEAT;
    if (tellsTime && record.getBootEpoch() == readBackToBoot) {
      readBackToMs = Math.min(readBackToMs, record.getCompletedAt() / NS_PER_MS);
    }
    if (record.getLane() == RecordId.CONTROL_LANE) {
      found.put(RecordId.fromBytes(record.getRecordId().toByteArray()), index);
    }
  }
}
