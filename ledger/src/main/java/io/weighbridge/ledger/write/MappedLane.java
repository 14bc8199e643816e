package io.weighbridge.ledger.write;

import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.RecordId;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A lane whose records live in a ring inside a shared file mapping: a store there outlives the
 * process without a system call. The appending methods are confined to the lane's owner, {@link
 * #take} and {@link #release} to the sealer.
 *
 * <p>The owner writes payload and CRC, and last, with release, the word that holds the length; the
 * sealer reads that word with acquire. The sealer first moves the persistent position past what is
 * synced elsewhere, then zeroes it, then gives the room back. So whatever follows the persistent
 * position is frames without a hole, then at most one torn frame, then zeros.
 */
final class MappedLane implements Lane {
  /* Implementation notes: an append of a 296 B prediction was measured at 345 to 776 ns (medians of
   * three runs on two busy cores), of which 280 to 410 ns are encoding; the sealer's take and release
   * cost another 60 to 110 ns. No allocation. docs/decisions/020-lanes.md has the stalls beside those
   * of write(2). The room check asks for the largest frame twice, because a frame that does not fit
   * before the ring's end also costs the rest of the ring. */
  private static final long ROOM_BYTES = 2L * Frame.size(Ledger.RECORD_BYTES_MAX);

  private static final VarHandle WORD = Frame.INT_LE.varHandle();
  private static final long NS_PER_MS = 1_000_000;

  private final LaneFile file;
  private final MemorySegment segment;
  private final long mask;
  private final Gate gate;
  private final byte[] scratch = new byte[Frame.PREFIX_BYTES + Ledger.RECORD_BYTES_MAX];
  private final RecordEncoder encoder;
  private final CRC32C crc = new CRC32C();

  // The owner's.
  private long position;
  private long sequence;
  private long lostCount;
  private long limit;

  // The sealer's.
  private final byte[] padPrefix = new byte[Frame.PREFIX_BYTES];
  private final CRC32C sealerCrc = new CRC32C();
  private long taking;
  private long released;
  private long lostOffered;
  private long takenCount;

  /** Position below which the owner may write; written by the sealer, read by the owner. */
  private volatile long room;

  MappedLane(LaneFile file, String gatewayId, Gate gate) {
    this.file = file;
    this.segment = file.segment;
    this.mask = file.ringBytes - 1;
    this.gate = gate;
    this.encoder =
        new RecordEncoder(
            scratch, gatewayId.getBytes(StandardCharsets.UTF_8), file.bootEpoch, file.lane);
    this.room = file.ringBytes;
    this.limit = file.ringBytes;
  }

  LaneEnds.Key key() {
    return new LaneEnds.Key(file.bootEpoch, file.lane);
  }

  /** Records ever taken; the sealer's. */
  long takenCount() {
    return takenCount;
  }

  int number() {
    return file.lane;
  }

  @Override
  public boolean accepting() {
    return gate.open() && hasRoom();
  }

  /** Whether the largest record fits. */
  boolean hasRoom() {
    if (limit - position < ROOM_BYTES) {
      limit = room;
    }
    return limit - position >= ROOM_BYTES;
  }

  @Override
  public boolean append(CallRecord callRecord) {
    if (!accepting()) {
      return false;
    }
    callRecord.recordIdHigh =
        RecordId.high(callRecord.completedAtUnixNs / NS_PER_MS, file.bootEpoch);
    callRecord.recordIdLow = RecordId.low(file.lane, sequence);
    put(encoder.encode(callRecord, sequence));
    return true;
  }

  /** Appends bytes encoded elsewhere; the caller has checked {@link #hasRoom}. */
  void append(byte[] leaf) {
    int start = scratch.length - leaf.length;
    System.arraycopy(leaf, 0, scratch, start, leaf.length);
    put(start);
  }

  @Override
  public void countLost() {
    file.lost(++lostCount);
  }

  /** The sequence the next record gets. */
  long nextSequence() {
    return sequence;
  }

  /** How many of the lost were offered as GAP records. */
  long lostOffered() {
    return lostOffered;
  }

  void lostOffered(long count) {
    lostOffered = count;
  }

  private void put(int start) {
    int length = scratch.length - start;
    long offset = position & mask;
    long untilEnd = file.ringBytes - offset;
    if (Frame.size(length) > untilEnd) {
      int pad = Frame.word(Frame.PAD, (int) untilEnd - Frame.HEADER_BYTES);
      publish(pad, start, 0);
      position += untilEnd;
    }
    publish(Frame.word(Frame.RECORD, length), start, length);
    position += Frame.size(length);
    sequence++;
  }

  private void publish(int word, int start, int copyBytes) {
    long at = LaneFile.HEADER_BYTES + (position & mask);
    int sum = Frame.crc(crc, file.salt, position & mask, word, scratch, start);
    MemorySegment.copy(
        scratch, start, segment, ValueLayout.JAVA_BYTE, at + Frame.HEADER_BYTES, copyBytes);
    segment.set(Frame.INT_LE, at + 4, sum);
    WORD.setRelease(segment, at, word);
  }

  /**
   * Moves records published since the last call into the group, until it is full.
   *
   * @throws IllegalStateException when the mapping does not hold what was put into it
   */
  void take(Group group) {
    while (!group.full()) {
      long at = LaneFile.HEADER_BYTES + (taking & mask);
      int word = (int) WORD.getAcquire(segment, at);
      if (word == 0) {
        return;
      }
      int length = Frame.length(word);
      boolean pad = Frame.kind(word) == Frame.PAD;
      if (!pad && length > Ledger.RECORD_BYTES_MAX) {
        throw damaged(word);
      }
      int start = pad ? Frame.PREFIX_BYTES : group.room(length);
      byte[] target = pad ? padPrefix : group.bytes();
      MemorySegment.copy(
          segment, ValueLayout.JAVA_BYTE, at + Frame.HEADER_BYTES, target, start, pad ? 0 : length);
      int sum = Frame.crc(sealerCrc, file.salt, taking & mask, word, target, start);
      if (sum != segment.get(Frame.INT_LE, at + 4)) {
        throw damaged(word);
      }
      if (!pad) {
        group.add(file.lane, length);
        takenCount++;
      }
      taking += Frame.size(length);
    }
  }

  /** Gives back the room of everything taken: it is safe elsewhere. */
  void release() {
    if (taking == released) {
      return;
    }
    file.taken(taking);
    for (long from = released; from < taking; ) {
      long offset = from & mask;
      long count = Math.min(taking - from, file.ringBytes - offset);
      segment.asSlice(LaneFile.HEADER_BYTES + offset, count).fill((byte) 0);
      from += count;
    }
    released = taking;
    room = released + file.ringBytes;
  }

  /** Share of the ring not given back, 0..1; any thread, a moment old. */
  double usedRatio() {
    return Math.max(0, (double) usedBytes() / file.ringBytes);
  }

  /** Bytes not given back; any thread, a moment old. */
  long usedBytes() {
    return position - (room - file.ringBytes);
  }

  LaneFile file() {
    return file;
  }

  private IllegalStateException damaged(int word) {
    return new IllegalStateException(
        "%s: frame at position %d is damaged (word %08x)".formatted(file.path, taking, word));
  }
}
