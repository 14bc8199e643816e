package io.weighbridge.ledger.write;

import io.weighbridge.ledger.tree.TilePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Syncs tiles and bundles in the background, then drops the journal segments that held their
 * leaves. Thread-safe: one thread does the work in the order it was given.
 *
 * <p>When a sync fails nothing is dropped any more: the journal keeps every leaf, and the next
 * start writes the tiles afresh.
 */
final class Settler implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Settler.class);
  private static final long CLOSE_MAX_S = 60;

  private final Disk disk;
  private final Path root;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("ledger-settler").daemon().factory());

  /** Confined to the settler's thread. */
  private boolean failed;

  Settler(Disk disk, Path root) {
    this.disk = disk;
    this.root = root;
  }

  /**
   * Syncs the files and then deletes the segments.
   *
   * @param files full tiles and bundles, and whatever else must be durable first
   */
  void settle(List<Path> files, List<Path> segments) {
    thread.execute(() -> run(files, segments));
  }

  private void run(List<Path> files, List<Path> segments) {
    if (failed) {
      return;
    }
    try {
      Set<Path> directories = new LinkedHashSet<>();
      for (Path file : files) {
        disk.syncFile(file);
        for (Path at = Disk.parent(file); at.startsWith(root); at = Disk.parent(at)) {
          directories.add(at);
        }
      }
      for (Path directory : directories) {
        disk.syncDirectory(directory);
      }
      for (Path file : files) {
        dropPartials(file);
      }
      for (Path segment : segments) {
        Files.deleteIfExists(segment);
      }
    } catch (IOException e) {
      failed = true;
      log.error("tiles could not be synced; the journal is kept until the next start", e);
    }
  }

  /** Partial tiles may go once the full one is safe. */
  private static void dropPartials(Path full) throws IOException {
    Path partials = full.resolveSibling(full.getFileName() + ".p");
    if (!Files.isDirectory(partials)) {
      return;
    }
    try (Stream<Path> widths = Files.list(partials)) {
      for (Path width : widths.limit(2L * TilePath.WIDTH).toList()) {
        Files.deleteIfExists(width);
      }
    }
    Files.deleteIfExists(partials);
  }

  /** Waits for what was given. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_MAX_S, TimeUnit.SECONDS)) {
        log.warn("tiles were not synced within {} s; the journal is kept", CLOSE_MAX_S);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
