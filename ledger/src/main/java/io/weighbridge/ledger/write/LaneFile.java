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

  /**
   * Whether the file got as far as being a lane: the magic is stored last, and before it nothing
   * was taken into the ring.
   *
   * @throws LedgerDamagedException when it can be neither
   */
  static boolean complete(Path path) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      fill(bytes, channel);
      long magic = bytes.getLong(MAGIC_AT);
      if (magic == MAGIC && !bytes.hasRemaining()) {
        return true;
      }
      ByteBuffer zeros = ByteBuffer.allocate(HEADER_BYTES);
      boolean untouched = magic == 0;
      while (untouched && !bytes.hasRemaining()) {
        fill(bytes.clear(), channel);
        untouched = zeros.slice(0, bytes.position()).equals(bytes.duplicate().flip());
      }
      if (!untouched) {
        throw new LedgerDamagedException(
            path, MAGIC_AT, HEADER_BYTES, "not the header of a lane, and the file was one");
      }
      return false;
    }
  }

  private static void fill(ByteBuffer bytes, FileChannel channel) throws IOException {
    int count = 0;
    while (bytes.hasRemaining() && count >= 0) {
      count = channel.read(bytes);
    }
  }

  /**
   * Maps a {@link #complete} file of an earlier start for reading.
   *
   * @throws LedgerDamagedException when no lane of this name can be as its header says
   */
  static LaneFile read(Path path, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return map(path, channel, FileChannel.MapMode.READ_ONLY, arena);
    }
  }

  /** The same for the start that seals what it holds, which {@linkplain #lostTold notes} that. */
  static LaneFile takeUp(Path path, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return map(path, channel, FileChannel.MapMode.READ_WRITE, arena);
    }
  }

  private static LaneFile map(Path path, FileChannel channel, FileChannel.MapMode mode, Arena arena)
      throws IOException {
    LaneFile file = new LaneFile(path, channel.map(mode, 0, channel.size(), arena));
    file.requireHeader();
    return file;
  }

  private void requireHeader() throws LedgerDamagedException {
    int format = segment.get(Frame.INT_LE, FORMAT_AT);
    require(format == FORMAT_VERSION, FORMAT_AT, LANE_AT, "format " + format + " is not known");
    Path named = new Name(bootEpoch, lane).in(Disk.parent(path)).getFileName();
    require(path.endsWith(named), LANE_AT, SALT_AT, "these are lane and boot of " + named);
    require(
        Long.bitCount(ringBytes) == 1
            && ringBytes >= Frame.HEADER_BYTES
            && ringBytes <= LedgerConfig.LANE_BYTES_MAX,
        RING_AT,
        KERNEL_AT,
        "no lane has a ring of " + ringBytes + " bytes");
    require(
        segment.byteSize() == HEADER_BYTES + ringBytes,
        RING_AT,
        KERNEL_AT,
        "a ring of %d bytes in a file of %d".formatted(ringBytes, segment.byteSize()));
    require(
        taken() >= 0 && taken() % Frame.HEADER_BYTES == 0,
        TAKEN_AT,
        TAKEN_AT + Long.BYTES,
        "no frame begins at position " + taken());
    require(
        lostTold() >= 0 && lostTold() <= lost(),
        LOST_AT,
        LOST_TOLD_AT + Long.BYTES,
        "%d records are lost and %d told of".formatted(lost(), lostTold()));
  }

  private void require(boolean holds, int from, int to, String otherwise)
      throws LedgerDamagedException {
    if (!holds) {
      throw new LedgerDamagedException(path, from, to, otherwise);
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
