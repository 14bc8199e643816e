package io.weighbridge.ledger.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * One file of the journal: leaves in their order, in frames, from the index in its name on. It is
 * valid up to where the next segment begins. Confined to its owner's thread.
 *
 * <p>Header, little-endian: 0 magic, 8 format version, 12 zero, 16 index of the first leaf, 24
 * salt, 32 to 63 zero.
 */
final class Segment implements AutoCloseable {
  static final String DIRECTORY = "journal";
  static final int HEADER_BYTES = 64;
  static final long MAGIC = 0x314C4E524A4257L; // "WBJRNL1" and a zero.
  static final int FORMAT_VERSION = 1;

  private static final int NAME_DIGITS = 20;
  private static final String NAME_MAX = name(Long.MAX_VALUE);
  private static final int BUFFER_BYTES = 1024 * 1024;

  /**
   * Twice what a segment is closed at, which is always read. It is larger only after a kill on a
   * stalled disk: what all lanes held goes into one.
   */
  private static final long BYTES_READ_MIN = 128L * 1024 * 1024;

  private final Disk disk;
  private final FileChannel channel;
  private final long salt;
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer buffer;

  /** End of what is known to be good; writing always starts here. */
  private long end;

  /** End of what the pending group has written so far. */
  private long at;

  /**
   * What the segments of a journal are made with, one after the other.
   *
   * @param buffer of whichever was made last: a new one for each would stay until a collection
   */
  record Making(Disk disk, Path directory, ByteBuffer buffer) {
    static Making of(Disk disk, Path directory) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      return new Making(disk, directory, buffer);
    }
  }

  private Segment(Making making, FileChannel channel, long salt) {
    this.disk = making.disk();
    this.buffer = making.buffer().clear();
    this.channel = channel;
    this.salt = salt;
  }

  /**
   * Makes a segment that is durable, contents and name, before it counts.
   *
   * @param leaves that it begins with, from {@code firstLeaf} on
   */
  static Segment create(Making making, long firstLeaf, long salt, LaneEnds ends, Group leaves)
      throws IOException {
    Disk disk = making.disk();
    Path directory = making.directory();
    Path file = directory.resolve(name(firstLeaf));
    Path temporary = Disk.temporary(file);
    FileChannel channel = disk.createTemporary(temporary);
    Segment segment = new Segment(making, channel, salt);
    try {
      ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      header.putLong(MAGIC).putInt(FORMAT_VERSION).putInt(0).putLong(firstLeaf).putLong(salt);
      disk.write(channel, header.rewind(), 0);
      segment.end = HEADER_BYTES;
      segment.at = HEADER_BYTES;
      segment.put(Frame.LANES, ends.toBytes());
      segment.put(leaves);
      segment.flush();
      disk.sync(channel);
      segment.end = segment.at;
      disk.moveInPlace(temporary, file);
      disk.syncDirectory(directory);
      return segment;
    } catch (IOException e) {
      channel.close();
      Disk.deleteAfter(e, temporary);
      throw e;
    }
  }

  static String name(long firstLeaf) {
    return ("%0" + NAME_DIGITS + "d").formatted(firstLeaf);
  }

  /** The segments of a journal, in order. */
  static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.filter(f -> isName(String.valueOf(f.getFileName()))).sorted().forEach(found::add);
    }
    return found;
  }

  private static boolean isName(String name) {
    return name.length() == NAME_DIGITS && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** The index in the name; of digits that are none, the largest there is. */
  static long firstLeaf(Path segment) {
    String name = String.valueOf(segment.getFileName());
    return name.compareTo(NAME_MAX) < 0 ? Long.parseLong(name) : Long.MAX_VALUE;
  }

  /** Reads a segment's frames, its header checked. */
  static FrameScan scan(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return FrameScan.of(file, channel, bytesReadMax());
    }
  }

  /** Bytes of segments that are held in memory at a time, or there is none left for the rest. */
  static long bytesReadMax() {
    return Math.max(BYTES_READ_MIN, Runtime.getRuntime().maxMemory() / 2);
  }

  /** Writes the group's frames and syncs them; nothing written before counts until this returns. */
  void store(Group group, long firstLeaf) throws IOException {
    at = end;
    buffer.clear();
    byte[] marker = new byte[Long.BYTES];
    Frame.putLong(marker, 0, firstLeaf);
    put(Frame.GROUP, marker);
    put(group);
    flush();
  }

  /** Syncs what {@link #store} wrote. */
  void sync() throws IOException {
    disk.sync(channel);
    end = at;
  }

  /** Cuts off what a failed {@link #store} left, to be tried again. */
  void rewind() throws IOException {
    channel.truncate(end);
  }

  long bytes() {
    return end;
  }

  private void put(int kind, byte[] payload) throws IOException {
    byte[] prefixed = new byte[Frame.PREFIX_BYTES + payload.length];
    System.arraycopy(payload, 0, prefixed, Frame.PREFIX_BYTES, payload.length);
    put(kind, prefixed, Frame.PREFIX_BYTES, payload.length);
  }

  private void put(Group group) throws IOException {
    for (int i = 0; i < group.count(); i++) {
      put(Frame.RECORD, group.bytes(), group.start(i), group.length(i));
    }
  }

  /** Overwrites the {@link Frame#PREFIX_BYTES} before the payload. */
  private void put(int kind, byte[] source, int payload, int length) throws IOException {
    int size = Frame.size(length);
    if (buffer.remaining() < size) {
      flush();
    }
    int word = Frame.word(kind, length);
    int start = buffer.position();
    // The zeros behind the payload; what is not padding of this is overwritten by what follows.
    buffer.putLong(start + size - Frame.HEADER_BYTES, 0);
    buffer.putInt(start, word);
    buffer.putInt(start + 4, Frame.crc(crc, salt, at + start, word, source, payload));
    buffer.put(start + Frame.HEADER_BYTES, source, payload, length);
    buffer.position(start + size);
  }

  private void flush() throws IOException {
    buffer.flip();
    int bytes = buffer.remaining();
    disk.write(channel, buffer, at);
    at += bytes;
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
