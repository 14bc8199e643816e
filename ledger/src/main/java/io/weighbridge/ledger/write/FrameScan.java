package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerDamagedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Everything a journal segment holds: the good frames from its start, and what follows them.
 * Immutable once made.
 *
 * <p>Frames of one group may reach the disk in any order, so a damaged frame is a torn tail as long
 * as no *later group* is found: a group is only begun after everything before it was synced. A
 * later group behind damage means that synced bytes changed.
 */
final class FrameScan {
  /** One good frame. */
  record Found(int kind, ByteBuffer payload) {}

  private static final int ARRAY_BYTES_MAX = Integer.MAX_VALUE - 8;

  private final Path file;
  private final ByteBuffer bytes;
  private final long firstLeaf;
  private final long salt;
  private final List<Found> frames = new ArrayList<>();
  private final CRC32C crc = new CRC32C();
  private final byte[] scratch = new byte[Frame.PREFIX_BYTES + 0xFFFF];
  private int goodEnd;

  private FrameScan(Path file, ByteBuffer bytes) throws LedgerDamagedException {
    this.file = file;
    this.bytes = bytes;
    if (bytes.capacity() < Segment.HEADER_BYTES
        || bytes.getLong(0) != Segment.MAGIC
        || bytes.getInt(8) != Segment.FORMAT_VERSION) {
      throw new LedgerDamagedException(
          file, 0, Segment.HEADER_BYTES, "not a journal segment of format 1");
    }
    this.firstLeaf = bytes.getLong(16);
    this.salt = bytes.getLong(24);
    for (int i = 32; i < Segment.HEADER_BYTES; i += Long.BYTES) {
      if (bytes.getLong(i) != 0 || bytes.getInt(12) != 0) {
        throw new LedgerDamagedException(file, i, i + Long.BYTES, "must be zero");
      }
    }
    if (firstLeaf != Segment.firstLeaf(file)) {
      throw new LedgerDamagedException(
          file, 16, 24, "begins with leaf " + firstLeaf + ", which its name denies");
    }
    scan();
  }

  /**
   * Reads a whole segment.
   *
   * @throws LedgerDamagedException when it is none, or larger than {@code bytesMax}
   */
  static FrameScan of(Path file, FileChannel channel, long bytesMax) throws IOException {
    long size = channel.size();
    if (size > Math.min(bytesMax, ARRAY_BYTES_MAX)) {
      throw new LedgerDamagedException(
          file,
          "%d bytes, and there is memory for %d: if a gateway wrote it, start with a larger -Xmx"
              .formatted(size, bytesMax));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    int count = 0;
    while (bytes.hasRemaining() && count >= 0) {
      count = channel.read(bytes);
    }
    return new FrameScan(file, bytes);
  }

  private void scan() {
    int at = Segment.HEADER_BYTES;
    while (good(at)) {
      int word = bytes.getInt(at);
      frames.add(new Found(Frame.kind(word), payload(at)));
      at += Frame.size(Frame.length(word));
    }
    goodEnd = at;
  }

  private ByteBuffer payload(int at) {
    return bytes.slice(at + Frame.HEADER_BYTES, Frame.length(bytes.getInt(at)));
  }

  /** Whether a whole, undamaged frame starts here. */
  private boolean good(int at) {
    if (bytes.capacity() - at < Frame.HEADER_BYTES) {
      return false;
    }
    int word = bytes.getInt(at);
    int length = Frame.length(word);
    int kind = Frame.kind(word);
    if (Frame.version(word) != Frame.VERSION
        || (kind != Frame.RECORD && kind != Frame.GROUP && kind != Frame.LANES)
        || bytes.capacity() - at < Frame.size(length)) {
      return false;
    }
    bytes.get(at + Frame.HEADER_BYTES, scratch, Frame.PREFIX_BYTES, length);
    for (int i = at + Frame.HEADER_BYTES + length; i < at + Frame.size(length); i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return Frame.crc(crc, salt, at, word, scratch, Frame.PREFIX_BYTES) == bytes.getInt(at + 4);
  }

  /** Good frames up to the first that is not. */
  List<Found> frames() {
    return frames;
  }

  long firstLeaf() {
    return firstLeaf;
  }

  /** End of the good frames. */
  int goodEnd() {
    return goodEnd;
  }

  /** Size of the file. */
  int bytes() {
    return bytes.capacity();
  }

  /** Bytes behind the good frames. */
  int tailBytes() {
    return bytes.capacity() - goodEnd;
  }

  byte[] tail() {
    byte[] tail = new byte[tailBytes()];
    bytes.get(goodEnd, tail);
    return tail;
  }

  /**
   * Checks that what follows the good frames is no more than a group that was never synced.
   *
   * @throws LedgerDamagedException when a later group follows
   */
  void requireTornTail() throws LedgerDamagedException {
    for (int at = goodEnd + Frame.HEADER_BYTES;
        at < bytes.capacity() - Frame.HEADER_BYTES;
        at += Frame.HEADER_BYTES) {
      if (good(at) && Frame.kind(bytes.getInt(at)) == Frame.GROUP) {
        throw new LedgerDamagedException(
            file, goodEnd, at, "damaged, and a group that was written later is whole");
      }
    }
  }
}
