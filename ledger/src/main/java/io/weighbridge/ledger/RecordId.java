package io.weighbridge.ledger;

import java.util.UUID;

/**
 * The 16 bytes that name a record, a UUIDv8 (RFC 9562): 48 bits of Unix milliseconds, version, the
 * 12 low bits of the boot epoch, variant, 12 bits of lane, 50 bits of sequence. Immutable.
 *
 * <p>The time is the one at which the record was completed, so that ids follow the order of the
 * leaves but for the few milliseconds in which lanes are sealed side by side.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight
 */
public record RecordId(long high, long low) {
  /** Largest lane that fits. */
  public static final int LANE_MAX = 0xFFF;

  /** The lane of records that do not come from an event loop. */
  public static final int CONTROL_LANE = LANE_MAX;

  /**
   * Stands in place of the lane in ids that were reserved before their record was appended; the
   * sequence then counts reservations, not records.
   */
  public static final int RESERVED_LANE = LANE_MAX - 1;

  /** Most event loops one gateway can have. */
  public static final int LOOP_LANES_MAX = RESERVED_LANE;

  private static final int BYTES = 16;
  private static final int TEXT_CHARS = 36;
  private static final long VERSION_8 = 0x8000L;
  private static final long VARIANT = 1L << 63;
  private static final int SEQUENCE_BITS = 50;
  private static final long SEQUENCE_MASK = (1L << SEQUENCE_BITS) - 1;

  /** The id of one record. */
  public static RecordId of(long unixMs, long bootEpoch, int lane, long sequence) {
    return new RecordId(high(unixMs, bootEpoch), low(lane, sequence));
  }

  /** The first eight bytes of an id. */
  public static long high(long unixMs, long bootEpoch) {
    return unixMs << 16 | VERSION_8 | (bootEpoch & 0xFFF);
  }

  /** The last eight bytes of an id. */
  public static long low(int lane, long sequence) {
    return VARIANT | (long) (lane & LANE_MAX) << SEQUENCE_BITS | (sequence & SEQUENCE_MASK);
  }

  /**
   * Reads the text form, 8-4-4-4-12 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException when it is anything else
   */
  public static RecordId parse(String text) {
    UUID uuid = text.length() == TEXT_CHARS ? UUID.fromString(text) : new UUID(0, 0);
    RecordId id = new RecordId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    if (!id.toString().equals(text) || (id.high & 0xF000) != VERSION_8 || id.low >>> 62 != 2) {
      throw new IllegalArgumentException("not a record id: " + text);
    }
    return id;
  }

  /**
   * Reads the 16 bytes of a record's field.
   *
   * @throws IllegalArgumentException when there are not 16
   */
  public static RecordId fromBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a record id has 16 bytes, not " + bytes.length);
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      high = high << 8 | (bytes[i] & 0xFF);
      low = low << 8 | (bytes[Long.BYTES + i] & 0xFF);
    }
    return new RecordId(high, low);
  }

  /** The 16 bytes, as the record's field holds them. */
  public byte[] toBytes() {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[i] = (byte) (high >>> (56 - 8 * i));
      bytes[Long.BYTES + i] = (byte) (low >>> (56 - 8 * i));
    }
    return bytes;
  }

  /** Milliseconds since the epoch. */
  public long unixMs() {
    return high >>> 16;
  }

  /** The 12 low bits of the boot epoch. */
  public int bootEpochLow() {
    return (int) (high & 0xFFF);
  }

  /** The lane, or {@link #RESERVED_LANE}. */
  public int lane() {
    return (int) (low >>> SEQUENCE_BITS) & LANE_MAX;
  }

  /** The sequence within boot epoch and lane. */
  public long sequence() {
    return low & SEQUENCE_MASK;
  }

  /** The text form: 8-4-4-4-12 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return new UUID(high, low).toString();
  }
}
