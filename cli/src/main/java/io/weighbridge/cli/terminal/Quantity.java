package io.weighbridge.cli.terminal;

import java.time.Instant;
import java.util.Locale;

/** Numbers as people read them. */
public final class Quantity {
  private static final long PPM_PER_PERCENT = 10_000;
  private static final long NS_PER_US = 1_000;
  private static final long NS_PER_MS = 1_000_000;
  private static final long NS_PER_S = 1_000_000_000;

  private Quantity() {}

  /** "95.00 %". */
  public static String percent(long ppm) {
    return String.format(Locale.ROOT, "%.2f %%", (double) ppm / PPM_PER_PERCENT);
  }

  /** "18 ms", "1.20 s", "3 h"; "-" for nothing. */
  public static String duration(long ns) {
    if (ns <= 0) {
      return "-";
    }
    if (ns < NS_PER_MS) {
      return ns / NS_PER_US + " us";
    }
    if (ns < NS_PER_S) {
      return ns / NS_PER_MS + " ms";
    }
    long seconds = ns / NS_PER_S;
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.2f s", (double) ns / NS_PER_S);
    }
    if (seconds < 3600) {
      return seconds / 60 + " min";
    }
    return seconds < 86_400 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
  }

  /** "2 h ago"; "never" for zero. */
  public static String ago(long unixNs, Instant now) {
    if (unixNs == 0) {
      return "never";
    }
    long nowNs = now.getEpochSecond() * NS_PER_S + now.getNano();
    long seconds = Math.max(0, (nowNs - unixNs) / NS_PER_S);
    return seconds == 0 ? "just now" : duration(seconds * NS_PER_S).replace(".00", "") + " ago";
  }

  /** RFC 3339 in UTC; empty for zero. */
  public static String time(long unixNs) {
    return unixNs == 0
        ? ""
        : Instant.ofEpochSecond(unixNs / NS_PER_S, unixNs % NS_PER_S).toString();
  }

  /** "1,048,576". */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** "sha256:ab12cd34.." of a digest; "-" when there is none. */
  public static String shortDigest(String digest) {
    int shown = "sha256:".length() + 8;
    return digest.isEmpty()
        ? "-"
        : digest.length() <= shown ? digest : digest.substring(0, shown) + "..";
  }
}
