package io.weighbridge.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The demo's own folder, and the processes that belong to it. Thread-safe.
 *
 * <p>It lists them in a file with their start times, so that a demo that was killed, or kept
 * running, can be cleared away by a later one without hitting a stranger with the same number.
 */
final class Workspace {
  private static final String PREFIX = "weighbridge-demo-";
  private static final String PROCESSES = "processes";
  private static final String KEPT = "kept";
  private static final Pattern LINE = Pattern.compile("\\d{1,18} \\d{1,18}");

  private final Path folder;

  private Workspace(Path folder) {
    this.folder = folder;
  }

  static Workspace create() throws IOException {
    Workspace workspace = new Workspace(Files.createTempDirectory(PREFIX).toRealPath());
    workspace.register(ProcessHandle.current());
    return workspace;
  }

  static Workspace at(Path folder) {
    return new Workspace(folder);
  }

  /** Clears away what demos left behind that were killed before they could do it themselves. */
  static void sweep() throws IOException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    List<Path> found;
    try (Stream<Path> entries = Files.list(parent)) {
      found =
          entries
              .filter(entry -> String.valueOf(entry.getFileName()).startsWith(PREFIX))
              .filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
              .toList();
    }
    for (Path entry : found) {
      Workspace workspace = new Workspace(entry);
      if (workspace.isAbandoned()) {
        workspace.clear();
      }
    }
  }

  Path folder() {
    return folder;
  }

  /** Keeps it, and what runs in it, when the demo ends. */
  void keep() throws IOException {
    Files.createFile(folder.resolve(KEPT));
  }

  synchronized void register(ProcessHandle handle) throws IOException {
    Path list = folder.resolve(PROCESSES);
    String before = Files.exists(list) ? Files.readString(list) : "";
    // Whole or not at all: another demo may be looking.
    Path next = folder.resolve(PROCESSES + ".next");
    Files.writeString(next, before + handle.pid() + " " + startedMs(handle) + "\n");
    Files.move(next, list, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Ends its processes and removes its folder; the demo's own process excepted. */
  void clear() throws IOException {
    long self = ProcessHandle.current().pid();
    for (ProcessHandle handle : processes()) {
      if (handle.pid() != self) {
        handle.destroyForcibly();
        handle.onExit().join();
      }
    }
    delete();
  }

  /** Whether a demo of ours made it: a context that somebody else wrote may name any folder. */
  boolean isOurs() {
    return String.valueOf(folder.getFileName()).startsWith(PREFIX) && !lines().isEmpty();
  }

  /** Whether the demo that made it is gone: its first process. */
  boolean isAbandoned() {
    List<String> lines = lines();
    return !lines.isEmpty()
        && !Files.exists(folder.resolve(KEPT))
        && parse(lines.getFirst()).isEmpty();
  }

  private List<ProcessHandle> processes() {
    return lines().stream().map(Workspace::parse).flatMap(Optional::stream).toList();
  }

  /**
   * The list as we wrote it; empty when it is not, or cannot be read. What somebody else put there
   * may name any process at all.
   */
  private List<String> lines() {
    Path list = folder.resolve(PROCESSES);
    try {
      List<String> lines = isOurs(folder) && isOurs(list) ? Files.readAllLines(list) : List.of();
      return lines.stream().allMatch(LINE.asMatchPredicate()) ? lines : List.of();
    } catch (IOException e) {
      // Gone meanwhile, or not for us to read: then it lists nothing of ours.
      return List.of();
    }
  }

  private static boolean isOurs(Path path) throws IOException {
    return Files.getOwner(path, LinkOption.NOFOLLOW_LINKS)
        .getName()
        .equals(System.getProperty("user.name"));
  }

  /** The process of a line, if it still runs. */
  private static Optional<ProcessHandle> parse(String line) {
    int space = line.indexOf(' ');
    long pid = Long.parseLong(line.substring(0, space));
    long started = Long.parseLong(line.substring(space + 1));
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(handle -> startedMs(handle) == started);
  }

  private static long startedMs(ProcessHandle handle) {
    return handle.info().startInstant().map(instant -> instant.toEpochMilli()).orElse(0L);
  }

  private void delete() throws IOException {
    if (Files.notExists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return; // A restart of the machine empties the temporary folder.
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
