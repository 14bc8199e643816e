package io.weighbridge.host.repository;

import io.weighbridge.host.engine.Engines;
import io.weighbridge.host.engine.Graph;
import io.weighbridge.host.engine.TextEncoder;
import io.weighbridge.host.engine.TextSpec;
import io.weighbridge.host.engine.UnusableModelException;
import io.weighbridge.host.yaml.Problems;
import io.weighbridge.integrity.ModelFolder;
import io.weighbridge.integrity.ModelManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a version's folder and makes it a {@link Generation}. Stateless.
 *
 * <p>The bytes hashed are the bytes loaded: model.yaml, the weights and the tokenizer are each read
 * once into memory, and those arrays are hashed, parsed and handed to the engine. No path ever
 * reaches the engine. Files the model does not use are hashed and let go.
 */
final class VersionLoader {
  /** The description every version's folder holds. */
  static final String MODEL_YAML = "model.yaml";

  /** Beside the model later, and never part of it. */
  private static final Set<String> SIGNATURE_NAMES = Set.of("model.sig");

  private final Engines engines;
  private final Clock clock;

  VersionLoader(Engines engines, Clock clock) {
    this.engines = engines;
    this.clock = clock;
  }

  /**
   * A folder's files, hashed, and of those the model uses the bytes as well. Holds them until it is
   * loaded; not to be kept.
   */
  record Image(
      String label,
      ModelSpec spec,
      ModelManifest manifest,
      Map<String, byte[]> bytesByName,
      Instant hashedAt) {}

  /** Reads and hashes. */
  Image read(Path folder, String label)
      throws IOException, Problems.BadFileException, UnusableModelException {
    ModelFolder listed = ModelFolder.list(folder, SIGNATURE_NAMES);
    if (!listed.names().contains(MODEL_YAML)) {
      throw new UnusableModelException(folder + " holds no " + MODEL_YAML);
    }
    Map<String, byte[]> used = new HashMap<>();
    byte[] yaml = listed.read(MODEL_YAML);
    used.put(MODEL_YAML, yaml);
    ModelSpec spec = ModelSpecReader.read(folder.resolve(MODEL_YAML).toString(), yaml);
    for (String name : filesOf(spec)) {
      if (!listed.names().contains(name)) {
        throw new UnusableModelException(folder + " holds no " + name);
      }
      used.put(name, listed.read(name));
    }
    List<ModelManifest.Entry> entries = new ArrayList<>();
    for (String name : listed.names()) {
      byte[] content = used.get(name);
      entries.add(content == null ? listed.hash(name) : ModelManifest.Entry.of(name, content));
    }
    return new Image(label, spec, ModelManifest.of(entries), used, clock.instant());
  }

  private static List<String> filesOf(ModelSpec spec) {
    TextSpec text = spec.text();
    return text == null ? List.of(spec.weights()) : List.of(spec.weights(), text.tokenizer());
  }

  /** Hands the bytes to the engine. */
  Generation load(Image image, Generation.Identity identity) throws UnusableModelException {
    ModelSpec spec = image.spec;
    Graph graph =
        engines.load(
            spec.engine(),
            image.label,
            bytesOf(image, spec.weights()),
            spec.inputs(),
            spec.outputs());
    TextSpec text = spec.text();
    if (text == null) {
      return new Generation(
          identity, image.manifest, image.hashedAt, new Generation.Loaded(spec, graph, null));
    }
    try {
      TextEncoder encoder = TextEncoder.load(bytesOf(image, text.tokenizer()), text);
      return new Generation(
          identity, image.manifest, image.hashedAt, new Generation.Loaded(spec, graph, encoder));
    } catch (UnusableModelException e) {
      graph.close();
      throw e;
    }
  }

  private static byte[] bytesOf(Image image, String name) {
    byte[] content = image.bytesByName.get(name);
    if (content == null) {
      throw new IllegalStateException(name + " was not read");
    }
    return content;
  }
}
