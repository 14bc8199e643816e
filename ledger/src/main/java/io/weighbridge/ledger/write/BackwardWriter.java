package io.weighbridge.ledger.write;

/**
 * Protobuf wire format written from the end of an array towards its start, so that the length of a
 * nested message is known when its prefix is written. Confined to its owner's thread; never
 * allocates.
 *
 * <p>Fields are written in falling order of number and stand in rising order. Zero and empty are
 * left out, as proto3 does.
 */
final class BackwardWriter {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;

  private final byte[] bytes;
  private int at;

  BackwardWriter(byte[] bytes) {
    this.bytes = bytes;
    this.at = bytes.length;
  }

  /** Starts over. */
  void reset() {
    at = bytes.length;
  }

  /** Index of the first byte written; the last is the array's last. */
  int start() {
    return at;
  }

  void varintField(int field, long value) {
    if (value != 0) {
      varint(value);
      varint((long) field << 3 | VARINT);
    }
  }

  void fixed64Field(int field, long value) {
    if (value != 0) {
      littleEndian(value);
      varint((long) field << 3 | FIXED64);
    }
  }

  /** Eight bytes, big-endian, as a bytes field. */
  void longBytesField(int field, long value) {
    if (value != 0) {
      bigEndian(value);
      lengthPrefix(field, Long.BYTES);
    }
  }

  /** Sixteen bytes, big-endian, as a bytes field. */
  void longBytesField(int field, long high, long low) {
    if ((high | low) != 0) {
      bigEndian(low);
      bigEndian(high);
      lengthPrefix(field, 2 * Long.BYTES);
    }
  }

  void bytesField(int field, byte[] value, int length) {
    if (length > 0) {
      at -= length;
      System.arraycopy(value, 0, bytes, at, length);
      lengthPrefix(field, length);
    }
  }

  /** Closes a nested message whose fields were written since {@link #start} was {@code end}. */
  void messageField(int field, int end) {
    if (end > at) {
      lengthPrefix(field, end - at);
    }
  }

  /**
   * Text, cut to {@code bytesMax} at a character's boundary. Bytes that are not UTF-8 would make
   * the whole record unreadable, so then every byte above 127 becomes a question mark.
   */
  void textField(int field, byte[] value, int length, int bytesMax) {
    int kept = length <= bytesMax ? length : Utf8.cut(value, bytesMax);
    if (kept == 0) {
      return;
    }
    at -= kept;
    System.arraycopy(value, 0, bytes, at, kept);
    if (!Utf8.valid(bytes, at, kept)) {
      for (int i = at; i < at + kept; i++) {
        bytes[i] = bytes[i] < 0 ? (byte) '?' : bytes[i];
      }
    }
    lengthPrefix(field, kept);
  }

  private void lengthPrefix(int field, int length) {
    varint(length);
    varint((long) field << 3 | LENGTH);
  }

  private void varint(long value) {
    if (value >>> 7 == 0) {
      bytes[--at] = (byte) value;
      return;
    }
    int size = (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    at -= size;
    long rest = value;
    for (int i = at; i < at + size - 1; i++) {
      bytes[i] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at + size - 1] = (byte) rest;
  }

  private void bigEndian(long value) {
    at -= Long.BYTES;
    Frame.putLong(bytes, at, value);
  }

  private void littleEndian(long value) {
    at -= Long.BYTES;
    Frame.putLong(bytes, at, Long.reverseBytes(value));
  }
}
