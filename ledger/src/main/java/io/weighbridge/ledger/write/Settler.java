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
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
  private static final long RETRY_NS = 1_000_000_000;

  private final Disk disk;
  private final Path root;
  private final @Nullable FileSystemSync fileSystem;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("ledger-settler").daemon().factory());

  /** Confined to the settler's thread. */
  private boolean failed;

  /** Made before any file is written that it shall settle. */
  Settler(Disk disk, Path root) throws IOException {
    this.disk = disk;
    this.root = root;
    this.fileSystem = disk.fileSystem(root);
  }

  /** Files that will be settled: they may go to the disk, in the background and bit by bit. */
  void begin(List<Path> files) {
    if (fileSystem != null && !files.isEmpty()) {
      thread.execute(() -> begin(fileSystem, files));
    }
  }

  private void begin(FileSystemSync into, List<Path> files) {
    try {
      for (Path file : files) {
        disk.begin(into, file);
      }
    } catch (IOException e) {
      if (Disk.noDescriptors(e)) {
        log.warn("tiles go to the disk later", e);
        return;
      }
      failed = true;
      log.error("tiles could not be written; the journal is kept until the next start", e);
    }
  }

  /**
   * Syncs the files and then deletes the segments.
   *
   * @param written full tiles and bundles, and whatever else must be durable first
   */
  void settle(TreeFiles.Unsettled written, List<Path> segments) {
    thread.execute(() -> run(written, segments));
  }

  private void run(TreeFiles.Unsettled written, List<Path> segments) {
    if (failed) {
      return;
    }
    try {
      while (!settled(written, segments)) {
        LockSupport.parkNanos(RETRY_NS);
      }
    } catch (IOException | RuntimeException e) {
      failed = true;
      log.error("tiles could not be synced; the journal is kept until the next start", e);
    }
  }

  /** False when no file could be opened and it must be tried again. */
  private boolean settled(TreeFiles.Unsettled written, List<Path> segments) throws IOException {
    try {
      if (fileSystem != null) {
        disk.syncAll(fileSystem);
      } else {
        syncOneByOne(written.files());
      }
      for (Path file : written.withPartials()) {
        dropPartials(file);
      }
      for (Path segment : segments) {
        Files.deleteIfExists(segment);
      }
      return true;
    } catch (IOException e) {
      if (thread.isShutdown() || !Disk.noDescriptors(e)) {
        throw e;
      }
      log.warn("the journal goes later", e);
      return false;
    }
  }

  private void syncOneByOne(List<Path> files) throws IOException {
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
      if (thread.awaitTermination(CLOSE_MAX_S, TimeUnit.SECONDS)) {
        closeFileSystem();
      } else {
        log.warn("tiles were not synced within {} s; the journal is kept", CLOSE_MAX_S);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeFileSystem() {
    try {
      if (fileSystem != null) {
        fileSystem.close();
      }
    } catch (IOException e) {
      log.warn("closing the ledger's file system", e);
    }
  }
}
