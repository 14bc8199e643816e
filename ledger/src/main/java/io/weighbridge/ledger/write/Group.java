package io.weighbridge.ledger.write;

import java.util.Arrays;

/**
 * Records on their way from the lanes into the journal, in the order of their leaves. Confined to
 * the sealer. Kept until the journal has synced them, so that a failed sync can be answered with a
 * fresh file.
 */
final class Group {
  /** Beyond this the rest waits for the next group; one record may still exceed it. */
  static final int BYTES_MAX = 4 * 1024 * 1024;

  private static final int RECORDS_START = 1024;
  private static final int BYTES_START = 256 * 1024;

  private byte[] bytes = new byte[BYTES_START];
  private int[] ends = new int[RECORDS_START];
  private int[] lanes = new int[RECORDS_START];
  private int count;

  void add(int lane, byte[] source, int offset, int length) {
    int start = start(count);
    if (start + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, start + length));
    }
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
      lanes = Arrays.copyOf(lanes, 2 * count);
    }
    System.arraycopy(source, offset, bytes, start, length);
    lanes[count] = lane;
    ends[count++] = start + length;
  }

  boolean full() {
    return start(count) >= BYTES_MAX;
  }

  int count() {
    return count;
  }

  boolean isEmpty() {
    return count == 0;
  }

  int start(int record) {
    return record == 0 ? 0 : ends[record - 1];
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
    return start(count);
  }

  void clear() {
    count = 0;
  }
}
