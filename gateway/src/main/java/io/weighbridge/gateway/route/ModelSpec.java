package io.weighbridge.gateway.route;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One model as control hands it to the route table: the whole of what decides a route. Immutable.
 *
 * @param saltHigh with saltLow the SipHash key of the model's buckets
 * @param labels label to version; a label never has a version's name
 * @param ranges who owns which buckets, ascending, covering all of 0..999,999; empty when no
 *     version has weight
 * @param onUnroutable label that takes the split's calls when the chosen version has no verified
 *     host, or null
 * @param secondTry when another host is asked
 */
public record ModelSpec(
    String name,
    long saltHigh,
    long saltLow,
    Sticky sticky,
    List<Version> versions,
    Map<String, String> labels,
    List<Range> ranges,
    @Nullable String onUnroutable,
    PayloadDigest payloadDigest,
    SecondTry secondTry) {

  public ModelSpec {
    versions = List.copyOf(versions);
    labels = Map.copyOf(labels);
    ranges = List.copyOf(ranges);
  }

  /**
   * One version and what it must be.
   *
   * @param expectedDigest "sha256:" and 64 hex digits, or null for {@code integrity: none}
   * @param deploymentLeafPlusOne leaf of the CHANGE that made it expected, plus one
   */
  public record Version(
      String version, @Nullable String expectedDigest, long deploymentLeafPlusOne) {}

  /** Buckets {@code from} (inclusive) to {@code to} (exclusive) and the version that owns them. */
  public record Range(int from, int to, String version) {}

  /** What keeps a caller on its version. */
  public record Sticky(By by, String name) {
    /** {@code name} is empty unless by HEADER or PARAMETER. */
    public enum By {
      NOTHING,
      CALLER,
      HEADER,
      PARAMETER
    }
  }

  /** When another host is asked for what a first one was asked for. */
  public enum SecondTry {
    /** Only where the first one cannot have seen the call: calls must not run twice. */
    NEVER,
    /** When the first one fails. */
    WHEN_FAILED,
    /** Also while the first one is late: the answer that comes first counts. */
    WHEN_LATE
  }

  /** Which messages are hashed into the record. */
  public enum PayloadDigest {
    OFF,
    REQUEST,
    BOTH
  }
}
