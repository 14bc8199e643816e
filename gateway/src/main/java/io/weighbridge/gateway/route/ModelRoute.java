package io.weighbridge.gateway.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.call.Target;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One model of a route table, laid out for the path. Immutable. */
public final class ModelRoute {
  /** A label and the version it stands for. */
  static final class Label {
    final byte[] nameUtf8;
    final Target target;

    Label(String name, Target target) {
      nameUtf8 = name.getBytes(UTF_8);
      this.target = target;
    }
  }

  private final ModelSpec spec;
  private final byte[] nameUtf8;
  private final int drawSlot;
  private final Target[] targets;
  private final Label[] labels;
  private final @Nullable AsciiString stickyHeader;
  private final @Nullable Target onUnroutable;

  /** Last bucket of each range, plus one, ascending; {@link #owners} has who owns it. */
  private final int[] rangeEnds;

  private final Target[] owners;

  ModelRoute(ModelSpec spec, Slots slots) {
    this.spec = spec;
    nameUtf8 = spec.name().getBytes(UTF_8);
    drawSlot = slots.of(spec.name(), "");
    targets =
        spec.versions().stream()
            .map(version ->
                new Target(
                    spec.name(),
                    version.version(),
                    slots.of(spec.name(), version.version()),
                    version.expectedDigest(),
                    version.deploymentLeafPlusOne()))
            .toArray(Target[]::new);
    labels =
        spec.labels().entrySet().stream()
            .map(label -> new Label(label.getKey(), named(label.getValue())))
            .toArray(Label[]::new);
    stickyHeader =
        spec.sticky().by() == ModelSpec.Sticky.By.HEADER
            ? new AsciiString(spec.sticky().name())
            : null;
    onUnroutable =
        spec.onUnroutable() == null ? null : named(labelled(spec.labels(), spec.onUnroutable()));
    List<ModelSpec.Range> ranges = spec.ranges();
    rangeEnds = ranges.stream().mapToInt(ModelSpec.Range::to).toArray();
    owners = ranges.stream().map(range -> named(range.version())).toArray(Target[]::new);
  }

  private static String labelled(Map<String, String> labels, String label) {
    String version = labels.get(label);
    if (version == null) {
      throw new IllegalArgumentException("no label " + label);
    }
    return version;
  }

  private Target named(String version) {
    Target target = target(version);
    if (target == null) {
      throw new IllegalArgumentException(spec.name() + " has no version " + version);
    }
    return target;
  }

  /** What this route was built from. */
  public ModelSpec spec() {
    return spec;
  }

  /** The model's name. */
  public String name() {
    return spec.name();
  }

  /** Every version. Borrowed. */
  public Target[] targets() {
    return targets;
  }

  /** The version's target, or null. */
  public @Nullable Target target(String version) {
    for (Target target : targets) {
      if (target.version().equals(version)) {
        return target;
      }
    }
    return null;
  }

  boolean isNamed(byte[] name, int length) {
    return same(nameUtf8, name, length);
  }

  byte[] nameUtf8() {
    return nameUtf8;
  }

  /** A slot for what is counted by model, whatever the version. */
  public int drawSlot() {
    return drawSlot;
  }

  /** The header whose value is the sticky key, or null. */
  public @Nullable AsciiString stickyHeader() {
    return stickyHeader;
  }

  @Nullable Target onUnroutable() {
    return onUnroutable;
  }

  @Nullable Target versionNamed(byte[] name, int length) {
    for (Target target : targets) {
      if (same(target.versionUtf8(), name, length)) {
        return target;
      }
    }
    return null;
  }

  @Nullable Label labelNamed(byte[] name, int length) {
    for (Label label : labels) {
      if (same(label.nameUtf8, name, length)) {
        return label;
      }
    }
    return null;
  }

  /** Who owns the bucket, or null when no version has weight. */
  @Nullable Target owner(int bucket) {
    for (int i = 0; i < rangeEnds.length; i++) {
      if (bucket < rangeEnds[i]) {
        return owners[i];
      }
    }
    return null;
  }

  private static boolean same(byte[] expected, byte[] actual, int length) {
    return expected.length == length && Arrays.equals(expected, 0, length, actual, 0, length);
  }
}
