package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.LedgerDamagedException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The mapped file of one lane: a header page and a ring. Thread-safe where {@link MappedLane} says
 * so.
 *
 * <p>Header, little-endian: 0 magic, 8 format version, 12 lane, 16 boot epoch, 24 salt, 32 ring
 * bytes, 40 the kernel's boot id, 64 position up to which the sealer has taken everything, 128
 * records lost, 136 how many of them a GAP record tells of. A position counts bytes since the lane
 * began; its place in the ring is the position modulo the ring's size.
 */
final class LaneFile {
  static final int HEADER_BYTES = 4096;
  static final long MAGIC = 0x31454E414C4257L; // "WBLANE1" and a zero.
  static final int FORMAT_VERSION = 1;
  static final String SUFFIX = ".lane";

  private static final int MAGIC_AT = 0;
  private static final int FORMAT_AT = 8;
  private static final int LANE_AT = 12;
  private static final int BOOT_AT = 16;
  private static final int SALT_AT = 24;
  private static final int RING_AT = 32;
  private static final int KERNEL_AT = 40;
  private static final int TAKEN_AT = 64;
  private static final int LOST_AT = 128;
  private static final int LOST_TOLD_AT = 136;

  private static final int ZEROS_BYTES = 256 * 1024;
  private static final VarHandle LONG = Frame.LONG_LE.varHandle();

  final Path path;
  final int lane;
  final long bootEpoch;
  final long salt;
  final long ringBytes;
  final KernelBoot kernelBoot;
  final MemorySegment segment;

  private LaneFile(Path path, MemorySegment segment) {
    this.path = path;
    this.segment = segment;
    this.lane = segment.get(Frame.INT_LE, LANE_AT);
    this.bootEpoch = segment.get(Frame.LONG_LE, BOOT_AT);
    this.salt = segment.get(Frame.LONG_LE, SALT_AT);
    this.ringBytes = segment.get(Frame.LONG_LE, RING_AT);
    this.kernelBoot =
        new KernelBoot(
            segment.get(Frame.LONG_LE, KERNEL_AT), segment.get(Frame.LONG_LE, KERNEL_AT + 8));
  }

  /** Which file a lane has. */
  record Name(long bootEpoch, int lane) {
    Path in(Path directory) {
      return directory.resolve("%d-%d%s".formatted(bootEpoch, lane, SUFFIX));
    }
  }

  /**
   * Makes the file with all its blocks really written, so that a store into it can neither find the
   * disk full nor allocate, and maps it for as long as the arena lives. All of it is resident from
   * the start: the process holds that much as soon as the ring has gone round once.
   */
  static LaneFile create(Path directory, Name name, long ringBytes, long salt, Arena arena)
      throws IOException {
    Path path = name.in(directory);
    long fileBytes = HEADER_BYTES + ringBytes;
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
      for (long done = 0; done < fileBytes; ) {
        zeros.clear().limit((int) Math.min(ZEROS_BYTES, fileBytes - done));
        done += channel.write(zeros);
      }
      channel.force(true);
      MemorySegment segment = channel.map(FileChannel.MapMode.READ_WRITE, 0, fileBytes, arena);
      segment.load();
      KernelBoot kernelBoot = KernelBoot.current();
      segment.set(Frame.INT_LE, FORMAT_AT, FORMAT_VERSION);
      segment.set(Frame.INT_LE, LANE_AT, name.lane());
      segment.set(Frame.LONG_LE, BOOT_AT, name.bootEpoch());
      segment.set(Frame.LONG_LE, SALT_AT, salt);
      segment.set(Frame.LONG_LE, RING_AT, ringBytes);
      segment.set(Frame.LONG_LE, KERNEL_AT, kernelBoot.high());
      segment.set(Frame.LONG_LE, KERNEL_AT + 8, kernelBoot.low());
      LONG.setRelease(segment, (long) MAGIC_AT, MAGIC);
      segment.asSlice(0, HEADER_BYTES).force();
      return new LaneFile(path, segment);
    }
  }

  /** Whether the file got as far as being a lane; before that nothing was taken into it. */
  static boolean complete(Path path) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      int count = 0;
      while (header.hasRemaining() && count >= 0) {
        count = channel.read(header);
      }
    }
    return !header.hasRemaining()
        && header.getLong(MAGIC_AT) == MAGIC
        && header.getInt(FORMAT_AT) == FORMAT_VERSION
        && header.getLong(RING_AT) == Files.size(path) - HEADER_BYTES;
  }

  /**
   * Maps a {@link #complete} file of an earlier start for reading.
   *
   * @throws LedgerDamagedException when no ring can be as its header says
   */
  static LaneFile read(Path path, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      LaneFile file =
          new LaneFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
      file.requirePlaces();
      return file;
    }
  }

  private void requirePlaces() throws LedgerDamagedException {
    if (Long.bitCount(ringBytes) != 1
        || ringBytes < Frame.HEADER_BYTES
        || ringBytes > LedgerConfig.LANE_BYTES_MAX) {
      throw new LedgerDamagedException(
          path, RING_AT, RING_AT + Long.BYTES, "no lane has a ring of " + ringBytes + " bytes");
    }
    if (taken() < 0 || taken() % Frame.HEADER_BYTES != 0) {
      throw new LedgerDamagedException(
          path, TAKEN_AT, TAKEN_AT + Long.BYTES, "no frame begins at position " + taken());
    }
  }

  /** Position up to which the sealer has taken and synced everything. */
  long taken() {
    return (long) LONG.getAcquire(segment, (long) TAKEN_AT);
  }

  void taken(long position) {
    LONG.setRelease(segment, (long) TAKEN_AT, position);
  }

  /** Records the owner went on without. */
  long lost() {
    return (long) LONG.getAcquire(segment, (long) LOST_AT);
  }

  void lost(long count) {
    LONG.setRelease(segment, (long) LOST_AT, count);
  }

  /** How many of the lost a durable GAP record tells of. */
  long lostTold() {
    return (long) LONG.getAcquire(segment, (long) LOST_TOLD_AT);
  }

  void lostTold(long count) {
    LONG.setRelease(segment, (long) LOST_TOLD_AT, count);
  }
}
