package io.weighbridge.gateway.route;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where a sticky key falls: SipHash-2-4 of the key under the model's salt, modulo the number of
 * buckets. Stateless.
 *
 * <p>Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012). A keyed hash, so
 * that nobody outside can choose keys that fall into one bucket.
 */
public final class Bucket {
  /** Buckets of one model: a weight of one part per million owns one. */
  public static final int COUNT = 1_000_000;

  private static final VarHandle LITTLE_ENDIAN_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private long v0;
  private long v1;
  private long v2;
  private long v3;

  private Bucket(long k0, long k1) {
    v0 = k0 ^ 0x736f6d6570736575L;
    v1 = k1 ^ 0x646f72616e646f6dL;
    v2 = k0 ^ 0x6c7967656e657261L;
    v3 = k1 ^ 0x7465646279746573L;
  }

  /** The bucket of these bytes, 0 to 999,999. Borrows the array; allocates nothing that escapes. */
  public static int of(long saltHigh, long saltLow, byte[] key, int offset, int length) {
    return (int) Long.remainderUnsigned(hash(saltHigh, saltLow, key, offset, length), COUNT);
  }

  /** SipHash-2-4 with the 128-bit key k0 (first eight bytes, little-endian) and k1. */
  static long hash(long k0, long k1, byte[] bytes, int offset, int length) {
    Bucket state = new Bucket(k0, k1);
    int end = offset + (length & ~7);
    for (int i = offset; i < end; i += Long.BYTES) {
      state.compress((long) LITTLE_ENDIAN_LONG.get(bytes, i));
    }
    long last = (long) length << 56;
    for (int i = 0; i < (length & 7); i++) {
      last |= (bytes[end + i] & 0xffL) << (8 * i);
    }
    state.compress(last);
    return state.finish();
  }

  private void compress(long word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  private long finish() {
    v2 ^= 0xff;
    round();
    round();
    round();
    round();
    return v0 ^ v1 ^ v2 ^ v3;
  }

  private void round() {
    v0 += v1;
    v2 += v3;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 = Long.rotateLeft(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 = Long.rotateLeft(v2, 32);
  }
}
