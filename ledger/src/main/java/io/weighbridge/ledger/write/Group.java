package io.weighbridge.ledger.write;

import java.util.Arrays;

/**
 * Records on their way from the lanes into journal and tree, in the order of their leaves. Confined
 * to one thread at a time: the sealer fills it and makes it durable, then the grower has it. Kept
 * until the journal has synced it, so that a failed sync can be answered with a fresh file.
 *
 * <p>In front of each record are {@link Frame#PREFIX_BYTES} for whoever needs something there while
 * it computes a CRC or a hash: so neither ever needs a copy.
 */
final class Group {
  /** Beyond this the rest waits for the next group; one record may still exceed it. */
  static final int BYTES_MAX = 4 * 1024 * 1024;

  /**
   * What a group keeps for its next records: about what a busy gateway seals at once. Arrays that a
   * burst has grown go, or eight groups would hold 64 MiB from then on.
   */
  static final int KEPT_BYTES_MAX = 1024 * 1024;

  private static final int RECORDS_START = 64;
  private static final int BYTES_START = 16 * 1024;

  private byte[] bytes = new byte[BYTES_START];
  private int[] ends = new int[RECORDS_START];
  private int[] lanes = new int[RECORDS_START];
  private int count;

  /** Where in {@link #bytes} the next record's first byte goes; it then has to be added. */
  int room(int length) {
    int start = start(count);
    if (start + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, start + length));
    }
    return start;
  }

  /** The next record stands in its {@link #room}. */
  void add(int lane, int length) {
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
      lanes = Arrays.copyOf(lanes, 2 * count);
    }
    lanes[count] = lane;
    ends[count] = start(count) + length;
    count++;
  }

  /** Adds a copy of these bytes. */
  void add(int lane, byte[] leaf) {
    System.arraycopy(leaf, 0, bytesFor(leaf.length), start(count), leaf.length);
    add(lane, leaf.length);
  }

  private byte[] bytesFor(int length) {
    room(length);
    return bytes;
  }

  /** Adds copies of another group's records from this one on. */
  void addFrom(Group other, int first) {
    for (int i = first; i < other.count; i++) {
      int length = other.length(i);
      System.arraycopy(other.bytes, other.start(i), bytesFor(length), start(count), length);
      add(other.lanes[i], length);
    }
  }

  boolean full() {
    return totalBytes() >= BYTES_MAX;
  }

  int count() {
    return count;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Index of a record's first byte. */
  int start(int record) {
    return (record == 0 ? 0 : ends[record - 1]) + Frame.PREFIX_BYTES;
  }

  int length(int record) {
    return ends[record] - start(record);
  }

  int lane(int record) {
    return lanes[record];
  }

  byte[] bytes() {
    return bytes;
  }

  int totalBytes() {
    return count == 0 ? 0 : ends[count - 1];
  }

  /** Empties it for use again. */
  void clear() {
    count = 0;
    if (bytes.length > KEPT_BYTES_MAX) {
      bytes = new byte[BYTES_START];
    }
  }
}
