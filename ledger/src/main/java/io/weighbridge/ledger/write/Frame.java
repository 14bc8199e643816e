package io.weighbridge.ledger.write;

import io.weighbridge.ledger.Ledger;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The envelope of everything in a lane or a journal segment: a word (version, kind, length), a
 * CRC-32C, the payload, zeros up to the next multiple of 8. Both numbers are little-endian.
 *
 * <p>The CRC covers the file's salt, the frame's place in the file or ring, the word and the
 * payload. The salt is random and secret while the file is written, so bytes a caller put into a
 * request id cannot pass for a frame when damage is searched for good ones.
 */
final class Frame {
  static final int VERSION = 1;
  static final int HEADER_BYTES = 8;

  /** Payload: one record. */
  static final int RECORD = 1;

  /** Fills a lane up to its end; the payload is nothing but room. */
  static final int PAD = 2;

  /** Journal: everything before this frame was synced when it was written. */
  static final int GROUP = 3;

  /** Journal: which records of which lanes stand before this segment. */
  static final int LANES = 4;

  /** Largest frame with a record in it. */
  static final int RECORD_FRAME_BYTES_MAX = HEADER_BYTES + Ledger.RECORD_BYTES_MAX;

  /** Room a payload must have in front of it for {@link #crc}. */
  static final int PREFIX_BYTES = 20;

  static final ValueLayout.OfInt INT_LE = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG_LE =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private Frame() {}

  static int word(int kind, int length) {
    return VERSION << 24 | kind << 16 | length;
  }

  static int version(int word) {
    return word >>> 24;
  }

  static int kind(int word) {
    return word >>> 16 & 0xFF;
  }

  static int length(int word) {
    return word & 0xFFFF;
  }

  /** Bytes a frame takes, its zeros included. */
  static int size(int length) {
    return HEADER_BYTES + length + 7 & ~7;
  }

  /**
   * The frame's CRC. Overwrites the {@link #PREFIX_BYTES} before the payload, which spares a second
   * pass.
   */
  static int crc(CRC32C crc, long salt, long position, int word, byte[] bytes, int payload) {
    int start = payload - PREFIX_BYTES;
    LONG.set(bytes, start, salt);
    LONG.set(bytes, start + 8, position);
    INT.set(bytes, start + 16, word);
    crc.reset();
    crc.update(bytes, start, PREFIX_BYTES + (kind(word) == PAD ? 0 : length(word)));
    return (int) crc.getValue();
  }

  static long getLong(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  static void putLong(byte[] bytes, int at, long bigEndian) {
    LONG.set(bytes, at, bigEndian);
  }
}
