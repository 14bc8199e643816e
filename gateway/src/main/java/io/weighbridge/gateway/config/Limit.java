package io.weighbridge.gateway.config;

import java.util.Locale;

/**
 * Every limit an operator can set under {@code limits}, with its unit, default and range. The key
 * in the file is the name in lower case with dashes. docs/configuration.md has a row for each.
 */
public enum Limit {
  /** Longest prefix of a message that is walked before the message is routed. */
  PEEK_BYTES_MAX(Unit.BYTES, "32KiB", "1KiB", "1MiB"),
  /** Largest message either way, from its length prefix alone. */
  MESSAGE_BYTES_MAX(Unit.BYTES, "64MiB", "1KiB", "2047MiB"),
  /** Largest compressed request once it is inflated. */
  INFLATED_BYTES_MAX(Unit.BYTES, "16MiB", "1KiB", "1GiB"),
  /** Largest request copied so that it can be sent to a second host. */
  RETRY_BODY_BYTES_MAX(Unit.BYTES, "64KiB", "0B", "1MiB"),

  /** Flow-control window of one caller stream. */
  STREAM_WINDOW_BYTES(Unit.BYTES, "256KiB", "64KiB", "16MiB"),
  /** Flow-control window of one caller connection. */
  CONNECTION_WINDOW_BYTES(Unit.BYTES, "4MiB", "64KiB", "256MiB"),
  /** Bytes held for one caller connection, both directions. */
  BUFFERED_BYTES_MAX(Unit.BYTES, "32MiB", "1MiB", "4GiB"),
  /** Bytes held for all calls of the process. */
  PROCESS_BUFFERED_BYTES_MAX(Unit.BYTES, "512MiB", "16MiB", "64GiB"),

  /** Calls of the process that go to hosts, at a time. */
  CALLS_IN_FLIGHT_MAX(Unit.COUNT, "100000", "1", "10000000"),
  /** Caller connections of the process. */
  CALLER_CONNECTIONS_MAX(Unit.COUNT, "16384", "1", "1000000"),
  /** New connections a second from one peer address. */
  PEER_CONNECTIONS_PER_SECOND_MAX(Unit.COUNT, "1000", "1", "1000000"),
  /** TLS handshakes a second from one peer address. */
  PEER_HANDSHAKES_PER_SECOND_MAX(Unit.COUNT, "200", "1", "1000000"),
  /** Time a TLS handshake of a caller may take. */
  TLS_HANDSHAKE_MAX(Unit.DURATION, "10s", "10ms", "10m"),
  /** Age at which a caller's connection is asked to end, give or take a tenth. */
  CALLER_CONNECTION_AGE_MAX(Unit.DURATION, "1h", "1s", "30d"),
  /** Concurrent streams of one caller connection. */
  CONCURRENT_STREAMS_MAX(Unit.COUNT, "256", "1", "100000"),
  /** Size of a header list as RFC 9113 counts it. */
  HEADER_LIST_BYTES_MAX(Unit.BYTES, "16KiB", "4KiB", "64KiB"),
  /** Streams one caller connection may reset in a second. */
  RESETS_PER_SECOND_MAX(Unit.COUNT, "2000", "1", "1000000"),
  /** Pings, settings, priorities and window updates of one connection in a second, together. */
  CONTROL_FRAMES_PER_SECOND_MAX(Unit.COUNT, "20000", "100", "10000000"),

  /** Time the preface, a header block or any other frame may take to arrive. */
  HEADER_COMPLETION_MAX(Unit.DURATION, "10s", "10ms", "10m"),
  /** Longest silence of a caller within a message. */
  BODY_IDLE_MAX(Unit.DURATION, "30s", "10ms", "1h"),
  /** Longest time a peer may take no bytes we have for it. */
  WRITE_STALL_MAX(Unit.DURATION, "30s", "10ms", "1h"),
  /** Longest call, whatever deadline the caller asks for. */
  CALL_DURATION_MAX(Unit.DURATION, "60s", "10ms", "24h"),
  /** Longest stream, whatever deadline the caller asks for. */
  STREAM_DURATION_MAX(Unit.DURATION, "1h", "10ms", "30d"),
  /** Longest time of a stream without a message either way. */
  STREAM_IDLE_MAX(Unit.DURATION, "10m", "10ms", "30d"),
  /** Time a stream goes on with a version that new calls are not routed to any more. */
  STREAM_DRAIN_MAX(Unit.DURATION, "5m", "0s", "24h"),
  /** Requests of one ModelStreamInfer call that wait for their answer. */
  STREAM_UNANSWERED_MAX(Unit.COUNT, "1024", "1", "100000"),
  /** Calls that watch this gateway's health, or a model's, at a time. */
  HEALTH_WATCHES_MAX(Unit.COUNT, "1000", "0", "1000000"),
  /** Time calls in flight get when the process stops. */
  DRAIN_MAX(Unit.DURATION, "30s", "0s", "1h"),

  /** Connections of one event loop to one host. */
  HOST_CONNECTIONS_MAX(Unit.COUNT, "4", "1", "64"),
  /** Calls that wait for a stream to one host, per event loop. */
  HOST_QUEUE_CALLS_MAX(Unit.COUNT, "1000", "0", "1000000"),
  /** Time to connect to a host. */
  HOST_CONNECT_MAX(Unit.DURATION, "3s", "10ms", "1m"),
  /** Longest silence of a host that owes answers, before it is asked and after. */
  HOST_SILENCE_MAX(Unit.DURATION, "10s", "100ms", "1h"),
  /** Longest pause between two attempts to reconnect to a host. */
  HOST_BACKOFF_MAX(Unit.DURATION, "10s", "10ms", "10m"),
  /** Longest rest of a host that keeps failing. */
  HOST_REST_MAX(Unit.DURATION, "30s", "1s", "10m"),
  /** Time between two questions to a host whether it is ready. */
  HOST_CHECK_PERIOD(Unit.DURATION, "5s", "100ms", "1h"),
  /** Time it has to answer one. */
  HOST_CHECK_MAX(Unit.DURATION, "1s", "10ms", "1m"),
  /** Time an answer may always take beyond what it takes at rest, before calls are turned away. */
  HOST_WAIT_MAX(Unit.DURATION, "100ms", "1ms", "1h"),
  /** Time a call waits for a place while every host has as many calls as it can do; 0: none. */
  QUEUE_TIME_MAX(Unit.DURATION, "50ms", "0s", "1m"),
  /** Calls of one version that wait for a place, per event loop. */
  QUEUED_CALLS_MAX(Unit.COUNT, "100", "1", "10000"),
  /** Age at which a host connection is replaced. */
  HOST_CONNECTION_AGE_MAX(Unit.DURATION, "1h", "1s", "30d"),

  /** Time between two attestations of a host; a proof holds for three. */
  ATTESTATION_PERIOD(Unit.DURATION, "60s", "100ms", "1h"),
  /** Time the last host of a version serves on with a proof that no longer holds. */
  STALE_MAX(Unit.DURATION, "15m", "0s", "24h");

  /** What a limit counts. */
  public enum Unit {
    BYTES,
    COUNT,
    DURATION;

    /** Bytes, items or nanoseconds. */
    long parse(String text) {
      return switch (this) {
        case BYTES -> Values.bytes(text);
        case COUNT -> Values.count(text);
        case DURATION -> Values.duration(text).toNanos();
      };
    }
  }

  private final Unit unit;
  private final String defaultText;
  private final String minText;
  private final String maxText;

  Limit(Unit unit, String defaultText, String minText, String maxText) {
    this.unit = unit;
    this.defaultText = defaultText;
    this.minText = minText;
    this.maxText = maxText;
  }

  /** The key under {@code limits}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What its number counts. */
  public Unit unit() {
    return unit;
  }

  /** The default as one writes it in the file. */
  public String defaultText() {
    return defaultText;
  }

  /** The range as one writes it in the file. */
  public String rangeText() {
    return minText + " to " + maxText;
  }

  /** Reads a value, or throws IllegalArgumentException when it is malformed or out of range. */
  long parse(String text) {
    long value = unit.parse(text);
    if (value < unit.parse(minText) || value > unit.parse(maxText)) {
      throw new IllegalArgumentException(
          "found " + text + ", allowed is " + rangeText() + " (default " + defaultText + ")");
    }
    return value;
  }
}
