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
 * until it is clearly older than the id; what was read is remembered. Only the ledger's own records
 * tell the time at which they were appended: a replayed one tells of an earlier moment.
 */
final class SealedIds {
  /** How far clocks may have stepped between an id and its leaf. */
  private static final long SLACK_MS = 3_600_000;

  private static final long NS_PER_MS = 1_000_000;

  private final Path directory;
  private final long bootUnixMs;
  private final Map<RecordId, Long> found = new HashMap<>();
  private long unreadBundles;
  private long readBackToMs = Long.MAX_VALUE;

  /**
   * Begins with the leaves that are in no full bundle.
   *
   * @param bundles full bundles in the log
   * @param tail leaves after those
   */
  SealedIds(Path directory, long bundles, List<byte[]> tail, long bootUnixMs)
      throws InvalidProtocolBufferException {
    this.directory = directory;
    this.unreadBundles = bundles;
    this.bootUnixMs = bootUnixMs;
    long index = bundles * TilePath.WIDTH;
    for (byte[] leaf : tail) {
      note(Record.parseFrom(leaf), index++);
    }
  }

  /** Where the record was sealed before this start, or null. */
  synchronized Ledger.@Nullable Appended find(RecordId id) throws IOException {
    if (id.unixMs() > bootUnixMs + SLACK_MS) {
      return null;
    }
    while (!found.containsKey(id) && unreadBundles > 0 && readBackToMs > id.unixMs() - SLACK_MS) {
      read(--unreadBundles);
    }
    Long index = found.get(id);
    return index == null ? null : new Ledger.Appended(id, index);
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
    if (record.getKind() == Kind.KIND_BOOT || record.getKind() == Kind.KIND_HEARTBEAT) {
      readBackToMs = Math.min(readBackToMs, record.getCompletedAt() / NS_PER_MS);
    }
    if (record.getLane() == RecordId.CONTROL_LANE) {
      found.put(RecordId.fromBytes(record.getRecordId().toByteArray()), index);
    }
  }
}
