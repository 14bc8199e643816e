package io.weighbridge.gateway.control.state;

import io.weighbridge.gateway.config.ModelConfig;
import io.weighbridge.gateway.route.ModelSpec;
import java.util.HashMap;
import java.util.Map;

/**
 * One model as the gateway knows it. Immutable.
 *
 * @param declared what the configuration said last
 * @param active whether the configuration still names it; traffic outlives a model's absence
 * @param salt of its buckets, for life
 * @param leafPlusOneByVersion leaf of the CHANGE that made a version's digest expected, plus one
 */
public record ModelState(
    ModelConfig declared,
    boolean active,
    Salt salt,
    Map<String, Long> leafPlusOneByVersion,
    Traffic traffic) {

  public ModelState {
    leafPlusOneByVersion = Map.copyOf(leafPlusOneByVersion);
  }

  /** The 128-bit SipHash key of a model's buckets. */
  public record Salt(long high, long low) {}

  /** The model's name. */
  public String name() {
    return declared.name();
  }

  /** What the route table needs. */
  public ModelSpec toSpec() {
    return new ModelSpec(
        declared.name(),
        salt.high(),
        salt.low(),
        declared.sticky(),
        declared.versions().stream()
            .map(version ->
                new ModelSpec.Version(
                    version.version(),
                    version.digest(),
                    leafPlusOneByVersion.getOrDefault(version.version(), 0L)))
            .toList(),
        declared.labels(),
        traffic.ranges().ascending(),
        declared.onUnroutable(),
        declared.payloadDigest(),
        declared.secondTry());
  }

  ModelState withTraffic(Traffic traffic) {
    return new ModelState(declared, active, salt, leafPlusOneByVersion, traffic);
  }

  ModelState inactive() {
    return new ModelState(declared, false, salt, leafPlusOneByVersion, traffic);
  }

  ModelState deployed(Iterable<String> versions, long leafPlusOne) {
    Map<String, Long> leaves = new HashMap<>(leafPlusOneByVersion);
    versions.forEach(version -> leaves.put(version, leafPlusOne));
    return new ModelState(declared, active, salt, leaves, traffic);
  }
}
