package io.weighbridge.gateway.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Lower-case hex digits in byte arrays, eight at a time. Stateless; allocates nothing. */
public final class Hex {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle FOUR =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  /* The same byte eight times. */
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long NIBBLES = 0x0f0f_0f0f_0f0f_0f0fL;
  private static final long SIXES = 0x0606_0606_0606_0606L;
  private static final long ZERO_DIGITS = 0x3030_3030_3030_3030L;

  private static final int FROM_NINE_TO_A = 'a' - '9' - 1;

  private Hex() {}

  /** Writes eight digits: those of the lower 32 bits. */
  public static void put8(byte[] out, int at, long value) {
    EIGHT.set(out, at, digits(value));
  }

  /** Writes sixteen digits. */
  public static void put16(byte[] out, int at, long value) {
    put8(out, at, value >>> 32);
    put8(out, at + 8, value);
  }

  /** Writes eight digits as two groups of four, with room of one byte between them. */
  public static void put4and4(byte[] out, int at, long value) {
    long digits = digits(value);
    FOUR.set(out, at, (int) (digits >>> 32));
    FOUR.set(out, at + 5, (int) digits);
  }

  /** The value of eight digits, 0 to 2^32 - 1; negative when one of them is none. */
  public static long get8(byte[] in, int at) {
    long text = (long) EIGHT.get(in, at);
    long letters = text >>> 6 & ONES;
    long value = gather((text & NIBBLES) + 9 * letters);
    return digits(value) == text ? value : -1;
  }

  /** The eight characters, first one highest. */
  private static long digits(long value) {
    long nibbles = scatter(value);
    // Adding 6 carries into the fifth bit from 10 on.
    long letters = (nibbles + SIXES) >>> 4 & ONES;
    return nibbles + ZERO_DIGITS + FROM_NINE_TO_A * letters;
  }

  /** Eight nibbles to the lower halves of eight bytes. */
  private static long scatter(long value) {
    long half = value & 0xffff_ffffL;
    half = (half | half << 16) & 0x0000_ffff_0000_ffffL;
    half = (half | half << 8) & 0x00ff_00ff_00ff_00ffL;
    return (half | half << 4) & NIBBLES;
  }

  private static long gather(long nibbles) {
    long half = (nibbles | nibbles >>> 4) & 0x00ff_00ff_00ff_00ffL;
    half = (half | half >>> 8) & 0x0000_ffff_0000_ffffL;
    return (half | half >>> 16) & 0xffff_ffffL;
  }
}
