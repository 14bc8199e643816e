package io.weighbridge.ledger.write;

import io.weighbridge.audit.v1.Gap;
import io.weighbridge.audit.v1.Record;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which sequence comes next in each lane of each start of the gateway, as far as the journal knows.
 * Confined to the thread that owns it.
 */
final class LaneEnds {
  private static final int ENTRY_BYTES = 20;
  private static final int ENTRIES_MAX = 0xFFFF / ENTRY_BYTES;

  private final TreeMap<Key, Long> next = new TreeMap<>();
  private final Map<Key, Long> told = new HashMap<>();

  /** One lane of one start. */
  record Key(long bootEpoch, int lane) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int order = Long.compare(bootEpoch, other.bootEpoch);
      return order != 0 ? order : Integer.compare(lane, other.lane);
    }
  }

  /** Reads what {@link #toBytes} wrote. */
  static LaneEnds fromBytes(ByteBuffer bytes) {
    LaneEnds ends = new LaneEnds();
    while (bytes.remaining() >= ENTRY_BYTES) {
      Key key = new Key(bytes.getLong(), bytes.getInt());
      ends.next.put(key, bytes.getLong());
    }
    return ends;
  }

  /** Big-endian: boot epoch 8, lane 4, next sequence 8, for each. */
  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(next.size() * ENTRY_BYTES);
    next.forEach(
        (key, sequence) -> bytes.putLong(key.bootEpoch).putInt(key.lane).putLong((long) sequence));
    return bytes.array();
  }

  /** Takes note of one record. */
  void saw(Record record) {
    next.merge(
        new Key(record.getBootEpoch(), record.getLane()), record.getSequence() + 1, Math::max);
    Gap gap = record.getGap();
    // The lane itself knows of what its own start told.
    if (gap.getReason().equals(Housekeeping.NOT_RECORDED)
        && record.getBootEpoch() > gap.getBootEpoch()) {
      told.merge(new Key(gap.getBootEpoch(), gap.getLane()), gap.getCount(), Long::sum);
    }
  }

  /** How many records that a lane went on without GAP records of later starts tell of. */
  long told(Key key) {
    return told.getOrDefault(key, 0L);
  }

  /** Whether a later start has sealed something: all lanes before it were sealed by then. */
  boolean knowsAfter(long bootEpoch) {
    return next.ceilingKey(new Key(bootEpoch + 1, 0)) != null;
  }

  /** Takes note that the lane goes on at this sequence. */
  void set(Key key, long nextSequence) {
    if (next.size() >= ENTRIES_MAX && !next.containsKey(key)) {
      next.pollFirstEntry();
    }
    next.put(key, nextSequence);
  }

  long next(Key key) {
    return next.getOrDefault(key, 0L);
  }

  Map<Key, Long> all() {
    return next;
  }

  /** Forgets the lanes of starts before this one: a BOOT record names them. */
  void forgetBefore(long bootEpoch) {
    next.headMap(new Key(bootEpoch, 0)).clear();
  }
}
