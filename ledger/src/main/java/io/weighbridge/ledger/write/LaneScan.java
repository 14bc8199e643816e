package io.weighbridge.ledger.write;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerDamagedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What a lane of an earlier start still holds. Confined to recovery.
 *
 * <p>While the machine ran on, the mapping holds every store, so after the good frames there can be
 * one torn frame, its word still zero, and nothing else: anything more is damage. After a restart
 * of the machine the kernel may have written any page or none, so every good frame is kept and
 * holes are losses.
 */
final class LaneScan {
  /** Sequences that are gone: {@code from} to {@code from + count - 1}. */
  record Hole(long from, long count) {}

  private final LaneFile file;
  private final long nextSequence;
  private final byte[] scratch = new byte[Frame.PREFIX_BYTES + 0xFFFF];
  private final CRC32C crc = new CRC32C();
  private final TreeMap<Long, byte[]> leaves = new TreeMap<>();
  private byte[] torn = new byte[0];

  private LaneScan(LaneFile file, long nextSequence) {
    this.file = file;
    this.nextSequence = nextSequence;
  }

  /**
   * Reads the lane.
   *
   * @param nextSequence the first that does not stand in the journal
   * @throws LedgerDamagedException when a good frame follows damage that no crash explains
   */
  static LaneScan of(LaneFile file, long nextSequence, KernelBoot now)
      throws LedgerDamagedException {
    LaneScan scan = new LaneScan(file, nextSequence);
    if (file.kernelBoot.equals(now)) {
      scan.follow();
    } else {
      scan.collect();
    }
    return scan;
  }

  /** Every record that can be read, whatever else the lane holds: for readers. */
  static LaneScan readable(LaneFile file) throws LedgerDamagedException {
    LaneScan scan = new LaneScan(file, 0);
    scan.collect();
    return scan;
  }

  /** Records not in the journal yet, in their order. */
  List<byte[]> leaves() {
    return List.copyOf(leaves.values());
  }

  /** Bytes of a frame that was never finished. */
  byte[] torn() {
    return torn;
  }

  /** Sequences missing between those found and the journal's. */
  List<Hole> holes() {
    List<Hole> holes = new ArrayList<>();
    long expected = nextSequence;
    for (long sequence : leaves.keySet()) {
      if (sequence > expected) {
        holes.add(new Hole(expected, sequence - expected));
      }
      expected = sequence + 1;
    }
    return holes;
  }

  /** From the taken position frame by frame. */
  private void follow() throws LedgerDamagedException {
    long position = file.taken();
    long end = position + file.ringBytes;
    while (position < end && good(position)) {
      keep(position);
      position += Frame.size(Frame.length(word(position)));
    }
    if (!holes().isEmpty()) {
      throw damaged(position, position, "sequence " + holes().getFirst().from() + " is missing");
    }
    for (long later = position + Frame.HEADER_BYTES; later < end; later += Frame.HEADER_BYTES) {
      if (good(later)
          && Frame.kind(word(later)) == Frame.RECORD
          && sequence(later) >= nextSequence) {
        throw damaged(position, later, "damaged, and a record that was written later is whole");
      }
    }
    long tornEnd = Math.min(end, position + Frame.RECORD_FRAME_BYTES_MAX);
    if (position < end && word(position) != 0) {
      throw damaged(position, tornEnd, "damaged: a frame's word is stored when all of it is there");
    }
    requireSealed(tornEnd, end);
    torn = tornBytes(position, tornEnd);
  }

  /**
   * Behind the unfinished frame there are zeros, then what the sealer was about to zero: the rest
   * of a frame, and whole ones up to the taken position.
   */
  private void requireSealed(long from, long end) throws LedgerDamagedException {
    long rest = from;
    while (rest < end && byteAt(rest) == 0) {
      rest++;
    }
    long at = rest & -Frame.HEADER_BYTES;
    long limit = Math.min(end, at + Frame.RECORD_FRAME_BYTES_MAX);
    while (at < limit && !leadsTo(end, at)) {
      at += Frame.HEADER_BYTES;
    }
    if (at < end && at >= limit) {
      throw damaged(rest, end, "damaged: nothing was taken into the lane here");
    }
  }

  private boolean leadsTo(long end, long from) {
    long at = from;
    while (at < end && good(at)) {
      at += Frame.size(Frame.length(word(at)));
    }
    return at == end;
  }

  private byte[] tornBytes(long from, long to) {
    long last = to;
    while (last > from && byteAt(last - 1) == 0) {
      last--;
    }
    byte[] bytes = new byte[(int) (last - from)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = byteAt(from + i);
    }
    return bytes;
  }

  /** Every good frame anywhere. */
  private void collect() throws LedgerDamagedException {
    for (long position = 0; position < file.ringBytes; position += Frame.HEADER_BYTES) {
      if (good(position)) {
        keep(position);
      }
    }
  }

  private void keep(long position) throws LedgerDamagedException {
    if (Frame.kind(word(position)) == Frame.RECORD) {
      long sequence = sequence(position);
      if (sequence >= nextSequence) {
        leaves.put(sequence, payload(position));
      }
    }
  }

  private long sequence(long position) throws LedgerDamagedException {
    try {
      Record record = Record.parseFrom(payload(position));
      if (record.getBootEpoch() != file.bootEpoch || record.getLane() != file.lane) {
        throw damaged(position, position + 1, "a record of another lane");
      }
      return record.getSequence();
    } catch (InvalidProtocolBufferException e) {
      throw damaged(position, position + 1, "a good frame that holds no record");
    }
  }

  private boolean good(long position) {
    int word = word(position);
    int length = Frame.length(word);
    int kind = Frame.kind(word);
    long untilEnd = file.ringBytes - place(position);
    if (Frame.version(word) != Frame.VERSION
        || (kind != Frame.RECORD && kind != Frame.PAD)
        || (kind == Frame.RECORD && length > Ledger.RECORD_BYTES_MAX)
        || Frame.size(length) > untilEnd) {
      return false;
    }
    int copyBytes = kind == Frame.PAD ? 0 : length;
    copy(position, scratch, Frame.PREFIX_BYTES, copyBytes);
    int sum = Frame.crc(crc, file.salt, place(position), word, scratch, Frame.PREFIX_BYTES);
    return sum == file.segment.get(Frame.INT_LE, at(position) + 4);
  }

  private byte[] payload(long position) {
    byte[] bytes = new byte[Frame.length(word(position))];
    copy(position, bytes, 0, bytes.length);
    return bytes;
  }

  private void copy(long position, byte[] target, int offset, int length) {
    MemorySegment.copy(
        file.segment,
        ValueLayout.JAVA_BYTE,
        at(position) + Frame.HEADER_BYTES,
        target,
        offset,
        length);
  }

  private int word(long position) {
    return file.segment.get(Frame.INT_LE, at(position));
  }

  private byte byteAt(long position) {
    return file.segment.get(ValueLayout.JAVA_BYTE, at(position));
  }

  private long at(long position) {
    return LaneFile.HEADER_BYTES + place(position);
  }

  private long place(long position) {
    return position & (file.ringBytes - 1);
  }

  private LedgerDamagedException damaged(long from, long to, String what) {
    return new LedgerDamagedException(file.path, at(from), at(to), what);
  }
}
