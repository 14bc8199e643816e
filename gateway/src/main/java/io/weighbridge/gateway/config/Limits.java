package io.weighbridge.gateway.config;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The value of every {@link Limit}. Immutable. Stages take the numbers they need once, when they
 * are made.
 */
public final class Limits {
  private final Map<Limit, Long> values;

  private Limits(Map<Limit, Long> values) {
    this.values = values;
  }

  /** All defaults. */
  public static Limits defaults() {
    return of(Map.of());
  }

  /**
   * Defaults but for those given, as written in the file.
   *
   * @throws IllegalArgumentException when a value is malformed, out of range or contradicts another
   */
  public static Limits of(Map<Limit, String> given) {
    Map<Limit, Long> values = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      values.put(limit, limit.parse(given.getOrDefault(limit, limit.defaultText())));
    }
    Limits limits = new Limits(Collections.unmodifiableMap(values));
    if (limits.bytes(Limit.PEEK_BYTES_MAX) >= limits.bytes(Limit.STREAM_WINDOW_BYTES)) {
      // A message within the peek limit must be able to arrive whole before anything is credited.
      throw new BadValue(
          Limit.PEEK_BYTES_MAX.key(),
          "must be smaller than " + Limit.STREAM_WINDOW_BYTES.key() + ", or a caller stalls");
    }
    return limits;
  }

  /** A limit in bytes. */
  public long bytes(Limit limit) {
    return get(limit, Limit.Unit.BYTES);
  }

  /** A limit in items. */
  public int count(Limit limit) {
    return Math.toIntExact(get(limit, Limit.Unit.COUNT));
  }

  /** A limit in nanoseconds. */
  public long ns(Limit limit) {
    return get(limit, Limit.Unit.DURATION);
  }

  /** A limit in time. */
  public Duration duration(Limit limit) {
    return Duration.ofNanos(ns(limit));
  }

  private long get(Limit limit, Limit.Unit unit) {
    if (limit.unit() != unit) {
      throw new IllegalArgumentException(limit.key() + " counts " + limit.unit());
    }
    return values.getOrDefault(limit, 0L);
  }
}
