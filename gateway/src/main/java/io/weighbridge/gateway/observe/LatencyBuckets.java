package io.weighbridge.gateway.observe;

/**
 * The fixed log-linear buckets of every latency histogram: two per power of two, from 8 us to 68 s,
 * then one without end. Immutable.
 *
 * <p>A bucket holds what is above the bound before it and at most its own bound, as Prometheus
 * counts; a value read back from a bucket is off by at most half of itself.
 */
final class LatencyBuckets {
  /* 2^13 ns is below the fastest call ever measured, 2^36 ns above the longest default deadline. */
  private static final int LOWEST_POWER = 13;
  private static final int HIGHEST_POWER = 36;

  /** Number of buckets, the endless one included. */
  static final int COUNT = 2 * (HIGHEST_POWER - LOWEST_POWER) + 2;

  private LatencyBuckets() {}

  /** The bucket of a duration. */
  static int index(long durationNs) {
    if (durationNs <= 1L << LOWEST_POWER) {
      return 0;
    }
    if (durationNs > 1L << HIGHEST_POWER) {
      return COUNT - 1;
    }
    long below = durationNs - 1;
    int power = 63 - Long.numberOfLeadingZeros(below);
    int upperHalf = (int) (below >>> (power - 1)) & 1;
    return 2 * (power - LOWEST_POWER) + upperHalf + 1;
  }

  /** The highest duration a bucket holds; {@link Long#MAX_VALUE} for the last. */
  static long boundNs(int index) {
    if (index == COUNT - 1) {
      return Long.MAX_VALUE;
    }
    long power = 1L << (LOWEST_POWER + index / 2);
    return index % 2 == 0 ? power : power + power / 2;
  }

  /** Every bound in seconds, the last infinite. */
  static double[] boundsSeconds() {
    double[] bounds = new double[COUNT];
    for (int i = 0; i < COUNT - 1; i++) {
      bounds[i] = boundNs(i) / 1e9;
    }
    bounds[COUNT - 1] = Double.POSITIVE_INFINITY;
    return bounds;
  }
}
