package io.weighbridge.cli.connect;

import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway is, so that commands need not be told each time: a small file {@code
 * .weighbridge} in this folder or one above it, or the file that {@code WEIGHBRIDGE_CONTEXT} names.
 * Immutable.
 *
 * <p>Relative paths in it are relative to its own folder. {@code demo --keep} writes one.
 */
public final class Context {
  /** The file's name. */
  public static final String FILE_NAME = ".weighbridge";

  /** What a context can say. */
  public enum Entry {
    ADMIN("admin"),
    ADMIN_KEY("admin-key"),
    PREDICT("predict"),
    KEY("key"),
    LEDGER("ledger"),
    LEDGER_KEY("ledger-key"),
    CA("ca"),
    SERVER_NAME("server-name"),
    DEMO("demo");

    private final String key;

    Entry(String key) {
      this.key = key;
    }
  }

  private final @Nullable Path file;
  private final Properties properties;

  private Context(@Nullable Path file, Properties properties) {
    this.file = file;
    this.properties = properties;
  }

  /** The context that holds for a command typed in this folder; empty when there is none. */
  public static Context find(Path folder, Map<String, String> environment) {
    Optional<String> named = variable(environment, "WEIGHBRIDGE_CONTEXT");
    if (named.isPresent()) {
      return read(Path.of(named.get()));
    }
    for (Path at = folder.toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isRegularFile(at.resolve(FILE_NAME))) {
        return read(at.resolve(FILE_NAME));
      }
    }
    return new Context(null, new Properties());
  }

  /** A variable of the environment; one that is set to nothing is not set. */
  public static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  private static Context read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new CliException(
          ExitCode.BAD_CONFIGURATION,
          "cannot read the context " + file,
          CliException.reason(e),
          "remove it, or set WEIGHBRIDGE_CONTEXT to another file",
          e);
    }
    return new Context(file, properties);
  }

  /** Writes a context. */
  public static void write(Path file, Map<Entry, String> entries) throws IOException {
    Properties properties = new Properties();
    entries.forEach((entry, value) -> properties.setProperty(entry.key, value));
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "Where weighbridge finds a gateway; see weighbridge --help");
    }
  }

  /** The file it was read from, if there is one. */
  public Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /** What it says about this, if anything. */
  public Optional<String> value(Entry entry) {
    return Optional.ofNullable(properties.getProperty(entry.key));
  }

  /** The same as a path. */
  public Optional<Path> path(Entry entry) {
    return value(entry).map(value -> file == null ? Path.of(value) : file.resolveSibling(value));
  }
}
