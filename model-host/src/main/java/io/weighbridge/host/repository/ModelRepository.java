package io.weighbridge.host.repository;

import io.weighbridge.host.engine.Engines;
import io.weighbridge.host.engine.UnusableModelException;
import io.weighbridge.host.yaml.Problems;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models this process serves, from folders {@code <root>/<name>/<version>}. Thread-safe:
 * readers see an immutable table; {@link #refresh} runs one at a time.
 */
public final class ModelRepository implements AutoCloseable {
  /** Models and versions this process serves at most. */
  public static final int VERSIONS_MAX = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(ModelRepository.class);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  private final Path root;
  private final List<Selection> selections;
  private final VersionLoader loader;
  private final Lister lister;
  private final LoadListener listener;
  private final Map<Key, Long> lastNumbers = new HashMap<>();

  private volatile Map<String, TreeMap<String, Generation>> models = Map.of();

  private record Key(String name, String version) {}

  /** Takes effect with the first {@link #refresh}. */
  public ModelRepository(
      Path root, List<Selection> selections, Engines engines, Clock clock, LoadListener listener) {
    this(root, selections, engines, clock, listener, ModelRepository::folders);
  }

  ModelRepository(
      Path root,
      List<Selection> selections,
      Engines engines,
      Clock clock,
      LoadListener listener,
      Lister lister) {
    this.lister = lister;
    this.root = root;
    this.selections = List.copyOf(selections);
    this.loader = new VersionLoader(engines, clock);
    this.listener = listener;
  }

  /** Names of the folders in a folder; none in one that is not there. */
  interface Lister {
    List<String> list(Path parent) throws IOException;
  }

  /** Told what loading does; called on the thread that refreshes. */
  public interface LoadListener {
    /** A version is about to be read. */
    void reading(String label, long sizeBytes);

    /** A version serves; {@code replaced} when an older generation did before. */
    void loaded(Generation generation, boolean replaced, long tookMs);

    /** Nothing of it changed on disk. */
    void unchanged(Generation generation);

    /** It is not served any more: its folder is gone. */
    void unloaded(Generation generation);

    /**
     * It could not be read or loaded.
     *
     * @param kept what goes on serving, or null
     */
    void failed(String label, List<String> problems, @Nullable Generation kept);
  }

  /** Whether any version of this model is served. */
  public boolean hasModel(String name) {
    return models.containsKey(name);
  }

  /** Versions of a model, ascending; empty when it is unknown. */
  public List<String> versions(String name) {
    TreeMap<String, Generation> versions = models.get(name);
    return versions == null ? List.of() : List.copyOf(versions.keySet());
  }

  /** What serves this version now, or null; the empty string stands for the highest version. */
  public @Nullable Generation find(String name, String version) {
    TreeMap<String, Generation> versions = models.get(name);
    if (versions == null) {
      return null;
    }
    return version.isEmpty() ? versions.lastEntry().getValue() : versions.get(version);
  }

  /** All that is served, ordered by name and version. */
  public List<Generation> all() {
    List<Generation> all = new ArrayList<>();
    new TreeMap<>(models).values().forEach(versions -> all.addAll(versions.values()));
    return all;
  }

  /**
   * Reads every version's bytes anew and serves those that changed. A version that cannot be loaded
   * keeps serving what it served.
   *
   * @return how many versions failed, and models whose versions cannot be listed
   * @throws IOException when nothing was read, and all that was served still is
   */
  public synchronized int refresh() throws IOException {
    Map<String, TreeMap<String, Generation>> next = new HashMap<>();
    List<Key> wanted = new ArrayList<>();
    int failures = list(wanted);
    List<Generation> replaced = new ArrayList<>();
    for (Key key : wanted) {
      Generation current = find(key.name, key.version);
      Generation served = current;
      try {
        served = loadIfChanged(key, current);
        if (current != null && served != current) {
          replaced.add(current);
        }
      } catch (IOException | UnusableModelException e) {
        failures++;
        listener.failed(label(key), List.of(messageOf(e)), current);
      } catch (Problems.BadFileException e) {
        failures++;
        listener.failed(label(key), e.problems(), current);
      } catch (RuntimeException e) {
        failures++;
        LOG.error("{} cannot be loaded, and that is not foreseen", label(key), e);
        listener.failed(label(key), List.of(messageOf(e)), current);
      }
      if (served != null) {
        next.computeIfAbsent(key.name, _ -> new TreeMap<>(VersionOrder.ASCENDING))
            .put(key.version, served);
      }
    }
    List<Generation> before = all();
    models = Map.copyOf(next);
    for (Generation generation : before) {
      if (find(generation.identity().name(), generation.identity().version()) == null) {
        listener.unloaded(generation);
        replaced.add(generation);
      }
    }
    // After the new table is in place, so that whoever is turned away finds the new generation.
    replaced.forEach(Generation::retire);
    return failures;
  }

  private @Nullable Generation loadIfChanged(Key key, @Nullable Generation current)
      throws IOException, UnusableModelException, Problems.BadFileException {
    long startNs = System.nanoTime();
    Path folder = root.resolve(key.name).resolve(key.version);
    listener.reading(label(key), sizeOf(folder));
    VersionLoader.Image image = loader.read(folder, label(key));
    if (current != null && current.manifest().equals(image.manifest())) {
      listener.unchanged(current);
      return current;
    }
    long number = lastNumbers.getOrDefault(key, 0L) + 1;
    Generation loaded = loader.load(image, new Generation.Identity(key.name, key.version, number));
    lastNumbers.put(key, number);
    // Whoever reads that it was loaded may ask for a proof of it at once.
    serve(key, loaded);
    listener.loaded(loaded, current != null, (System.nanoTime() - startNs) / 1_000_000);
    return loaded;
  }

  private void serve(Key key, Generation loaded) {
    TreeMap<String, Generation> versions = new TreeMap<>(VersionOrder.ASCENDING);
    versions.putAll(models.getOrDefault(key.name, versions));
    versions.put(key.version, loaded);
    Map<String, TreeMap<String, Generation>> next = new HashMap<>(models);
    next.put(key.name, versions);
    models = Map.copyOf(next);
  }

  /** Adds what is to be served; says of how many models that cannot be known. */
  private int list(List<Key> wanted) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new NotDirectoryException(root.toString());
    }
    int failures = 0;
    List<Selection> models =
        selections.isEmpty()
            ? lister.list(root).stream().map(name -> new Selection(name, List.of())).toList()
            : selections;
    for (Selection model : models) {
      List<String> versions = model.versions();
      try {
        versions = versions.isEmpty() ? lister.list(root.resolve(model.name())) : versions;
      } catch (IOException e) {
        failures++;
        listener.failed(model.name(), List.of(messageOf(e)), null);
        versions = versions(model.name());
      }
      versions.forEach(version -> wanted.add(new Key(model.name(), version)));
    }
    if (wanted.size() > VERSIONS_MAX) {
      throw new IOException(
          root + " holds " + wanted.size() + " versions; a process serves at most " + VERSIONS_MAX);
    }
    return failures;
  }

  private static boolean isFolder(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).isDirectory();
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  private static boolean mayBeFolder(Path path) {
    try {
      return isFolder(path);
    } catch (IOException _) {
      // Whoever reads it is told, and what is served of it stays.
      return true;
    }
  }

  private static List<String> folders(Path parent) throws IOException {
    List<String> names = new ArrayList<>();
    if (!isFolder(parent)) {
      return names;
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(parent)) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        if (isName(name) && mayBeFolder(child)) {
          names.add(name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    names.sort(VersionOrder.ASCENDING);
    return names;
  }

  /** Whether a model or version may be called this; leaves out hidden folders. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private static long sizeOf(Path folder) throws IOException {
    long total = 0;
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, Files::isRegularFile)) {
        for (Path file : files) {
          total += Files.size(file);
        }
      }
    }
    return total;
  }

  private static String label(Key key) {
    return key.name + " version " + key.version;
  }

  private static String messageOf(Exception e) {
    String message = e.getMessage() == null ? "" : e.getMessage();
    return e instanceof UnusableModelException
        ? message
        : e.getClass().getSimpleName() + ": " + message;
  }

  @Override
  public synchronized void close() {
    List<Generation> served = all();
    models = Map.of();
    served.forEach(Generation::retire);
  }
}
