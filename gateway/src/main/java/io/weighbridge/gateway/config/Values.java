package io.weighbridge.gateway.config;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the words of the file are read: durations, sizes, percents, addresses. Every method throws
 * IllegalArgumentException that says what was found and what is allowed.
 */
final class Values {
  static final int PPM = 1_000_000;

  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,12})([a-zA-Z]+)");
  private static final Map<String, Long> DURATION_NS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L,
          "d", 86_400_000_000_000L);
  private static final Map<String, Long> SIZE_BYTES =
      Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

  private Values() {}

  /** Reads {@code 50ms}, {@code 10s}, {@code 5m}. */
  static Duration duration(String text) {
    return Duration.ofNanos(
        withUnit(text, DURATION_NS, "a duration such as 50ms, 10s, 5m, 1h or 7d"));
  }

  /** Reads {@code 512B}, {@code 32KiB}, {@code 64MiB}. */
  static long bytes(String text) {
    return withUnit(text, SIZE_BYTES, "a size such as 512B, 32KiB, 64MiB or 1GiB");
  }

  private static long withUnit(String text, Map<String, Long> units, String allowed) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text);
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("found \"" + text + "\", allowed is " + allowed);
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("found \"" + text + "\", which is too large", e);
    }
  }

  /** Reads a plain whole number. */
  static long count(String text) {
    if (!text.matches("\\d{1,18}")) {
      throw new IllegalArgumentException("found \"" + text + "\", allowed is a whole number");
    }
    return Long.parseLong(text);
  }

  /** Reads {@code 12.5%} as parts per million. */
  static int percent(String text) {
    if (text.matches("\\d{1,3}(\\.\\d{1,4})?%")) {
      BigDecimal ppm = new BigDecimal(text.substring(0, text.length() - 1)).movePointRight(4);
      if (ppm.intValueExact() <= PPM) {
        return ppm.intValueExact();
      }
    }
    throw new IllegalArgumentException(
        "found \"" + text + "\", allowed is 0% to 100% with up to four decimals");
  }

  /** Reads {@code host:port} or {@code [::1]:port}; a name stays unresolved. */
  static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      host = "";
    }
    if (host.isEmpty() || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException(
          "found \"" + text + "\", allowed is HOST:PORT or [IPV6]:PORT with a port up to 65535");
    }
    return resolveLiteral(host, Integer.parseInt(port));
  }

  private static InetSocketAddress resolveLiteral(String host, int port) {
    try {
      return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    } catch (IllegalArgumentException e) {
      if (host.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")) {
        return InetSocketAddress.createUnresolved(host, port);
      }
      throw new IllegalArgumentException("found host \"" + host + "\", which is no host name", e);
    }
  }
}
