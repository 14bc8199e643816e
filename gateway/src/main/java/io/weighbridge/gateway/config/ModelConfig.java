package io.weighbridge.gateway.config;

import io.weighbridge.gateway.route.ModelSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One model as the file declares it. Immutable.
 *
 * @param labels label to version
 * @param splitPpm initial weights, parts per million; what operators set later stands in the state
 * @param onUnroutable label, or null
 * @param secondTry when another host is asked, for calls that may run twice
 * @param inFlightMax calls at a time; 0 for any number
 */
public record ModelConfig(
    String name,
    Integrity integrity,
    List<Version> versions,
    Map<String, String> labels,
    Map<String, Integer> splitPpm,
    ModelSpec.Sticky sticky,
    @Nullable String onUnroutable,
    ModelSpec.PayloadDigest payloadDigest,
    ModelSpec.SecondTry secondTry,
    int inFlightMax) {

  /** Versions of one model. */
  public static final int VERSIONS_MAX = 100;

  /** The highest maximum of calls in flight. */
  static final int IN_FLIGHT_MAX = 1_000_000;

  public ModelConfig {
    versions = List.copyOf(versions);
    labels = Map.copyOf(labels);
    splitPpm = Map.copyOf(splitPpm);
    Names.check("name", name);
    checkVersions(versions, integrity);
    checkLabels(labels, versions);
    checkSplit(splitPpm, versions);
    checkOnUnroutable(onUnroutable, labels);
  }

  /** How the model's answers are tied to its bytes. */
  public enum Integrity {
    /** Only hosts that prove the digest answer. */
    ATTESTED,
    /** Nothing is proved, and the records say so. */
    NONE
  }

  /**
   * One version.
   *
   * @param digest "sha256:" and 64 lower-case hex digits, or null with {@code integrity: none}
   */
  public record Version(String version, @Nullable String digest) {
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    public Version {
      Names.check("version", version);
      if (digest != null && !DIGEST.matcher(digest).matches()) {
        throw new BadValue(
            "digest", "found \"" + digest + "\", allowed is sha256: and 64 lower-case hex digits");
      }
    }
  }

  static void checkVersions(List<Version> versions, Integrity integrity) {
    if (versions.isEmpty() || versions.size() > VERSIONS_MAX) {
      throw new BadValue(
          "versions", "found " + versions.size() + ", allowed are 1 to " + VERSIONS_MAX);
    }
    Set<String> known = new HashSet<>();
    for (Version version : versions) {
      String quoted = "version \"" + version.version() + "\"";
      if (!known.add(version.version())) {
        throw new BadValue("versions", quoted + " stands here twice");
      }
      if (integrity == Integrity.ATTESTED && version.digest() == null) {
        throw new BadValue(
            "versions",
            quoted + " has no digest; add digest: sha256:<hex>, or say integrity: none");
      }
      if (integrity == Integrity.NONE && version.digest() != null) {
        throw new BadValue(
            "versions", quoted + " has a digest, which integrity: none would not check");
      }
    }
  }

  static void checkLabels(Map<String, String> labels, List<Version> versions) {
    Set<String> known = names(versions);
    for (Map.Entry<String, String> label : labels.entrySet()) {
      Names.check("labels", label.getKey());
      if (known.contains(label.getKey())) {
        throw new BadValue("labels", "\"" + label.getKey() + "\" is a version's name");
      }
      if (!known.contains(label.getValue())) {
        throw new BadValue(
            "labels", label.getKey() + " names \"" + label.getValue() + "\"" + oneOf(known));
      }
    }
  }

  static void checkSplit(Map<String, Integer> splitPpm, List<Version> versions) {
    Set<String> known = names(versions);
    long sumPpm = 0;
    for (Map.Entry<String, Integer> weight : splitPpm.entrySet()) {
      if (!known.contains(weight.getKey())) {
        throw new BadValue("split", "found \"" + weight.getKey() + "\"" + oneOf(known));
      }
      sumPpm += weight.getValue();
    }
    if (sumPpm != Values.PPM) {
      throw new BadValue("split", "adds up to " + sumPpm / 10_000.0 + "%, allowed is 100%");
    }
  }

  static void checkHedge(boolean hedge, boolean idempotent) {
    if (hedge && !idempotent) {
      throw new BadValue("hedge", "a call runs twice then, which only idempotent: true allows");
    }
  }

  static void checkOnUnroutable(@Nullable String label, Map<String, String> labels) {
    if (label != null && !labels.containsKey(label)) {
      throw new BadValue("on-unroutable", "found \"" + label + "\"" + oneOf(labels.keySet()));
    }
  }

  private static Set<String> names(List<Version> versions) {
    return versions.stream().map(Version::version).collect(Collectors.toSet());
  }

  private static String oneOf(Set<String> names) {
    return ", allowed is one of " + names.stream().sorted().toList();
  }
}
