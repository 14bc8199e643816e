package io.weighbridge.gateway.config;

import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.gateway.route.ModelSpec.Sticky;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one entry of {@code models}. Confined to the reading thread. */
final class ModelReader {
  private final boolean recorded;

  /**
   * A reader.
   *
   * @param recorded whether calls leave a record, which is where hashes of messages go
   */
  ModelReader(boolean recorded) {
    this.recorded = recorded;
  }

  @Nullable ModelConfig read(Section section) {
    String name = section.text("name");
    ModelConfig.Integrity integrity = section.oneOf("integrity", ModelConfig.Integrity.ATTESTED);
    List<ModelConfig.Version> versions = section.list("versions", ModelReader::version);
    Map<String, String> labels = section.map("labels", "", text -> text);
    Map<String, Integer> split = split(section, versions);
    Sticky sticky = section.value("sticky", "", ModelReader::sticky);
    String onUnroutable = section.has("on-unroutable") ? section.text("on-unroutable") : null;
    ModelSpec.PayloadDigest payloadDigest =
        section.oneOf(
            "payload-digest",
            recorded ? ModelSpec.PayloadDigest.BOTH : ModelSpec.PayloadDigest.OFF);
    ModelSpec.SecondTry secondTry = secondTry(section);
    int inFlightMax =
        section.has("in-flight-max") ? section.value("in-flight-max", ModelReader::places, 1) : 0;
    section.check(() -> Names.check("name", name));
    section.check(() -> checkPayloadDigest(payloadDigest));
    section.check(() -> ModelConfig.checkVersions(versions, integrity));
    section.check(() -> ModelConfig.checkLabels(labels, versions));
    section.check(() -> ModelConfig.checkSplit(split, versions));
    section.check(() -> ModelConfig.checkOnUnroutable(onUnroutable, labels));
    return section.make(() ->
        new ModelConfig(
            name,
            integrity,
            versions,
            labels,
            split,
            sticky,
            onUnroutable,
            payloadDigest,
            secondTry,
            inFlightMax));
  }

  private void checkPayloadDigest(ModelSpec.PayloadDigest payloadDigest) {
    if (!recorded && payloadDigest != ModelSpec.PayloadDigest.OFF) {
      throw new BadValue(
          "payload-digest",
          "a hash has no record to go into, for the ledger has calls: counted; leave it out");
    }
  }

  private static ModelConfig.@Nullable Version version(Section section) {
    String version = section.text("version");
    String digest = section.has("digest") ? section.text("digest") : null;
    return section.make(() -> new ModelConfig.Version(version, digest));
  }

  private static Map<String, Integer> split(Section section, List<ModelConfig.Version> versions) {
    if (!section.has("split") && versions.size() == 1) {
      return Map.of(versions.getFirst().version(), Values.PPM);
    }
    return section.map("split", "0%", Values::percent);
  }

  private static ModelSpec.SecondTry secondTry(Section section) {
    boolean idempotent = section.flag("idempotent");
    boolean hedge = section.has("hedge") ? section.flag("hedge") : idempotent;
    section.check(() -> ModelConfig.checkHedge(hedge, idempotent));
    if (!idempotent) {
      return ModelSpec.SecondTry.NEVER;
    }
    return hedge ? ModelSpec.SecondTry.WHEN_LATE : ModelSpec.SecondTry.WHEN_FAILED;
  }

  private static int places(String text) {
    long places = Values.count(text);
    if (places < 1 || places > ModelConfig.IN_FLIGHT_MAX) {
      throw new IllegalArgumentException(
          "found " + text + ", allowed is 1 to " + ModelConfig.IN_FLIGHT_MAX);
    }
    return (int) places;
  }

  private static Sticky sticky(String text) {
    String[] words = text.split(" ", -1);
    if (text.isEmpty()) {
      return new Sticky(Sticky.By.NOTHING, "");
    }
    if (text.equals("caller")) {
      return new Sticky(Sticky.By.CALLER, "");
    }
    if (words.length == 2 && words[0].equals("header") && words[1].matches("[a-z0-9_.-]{1,64}")) {
      return new Sticky(Sticky.By.HEADER, words[1]);
    }
    if (words.length == 2 && words[0].equals("parameter") && words[1].matches("[!-~]{1,64}")) {
      return new Sticky(Sticky.By.PARAMETER, words[1]);
    }
    throw new IllegalArgumentException(
        "found \"" + text + "\", allowed is caller, header NAME (lower case) or parameter NAME");
  }
}
