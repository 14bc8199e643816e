package io.weighbridge.ledger.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls into the file system that can fail for reasons of the disk. Thread-safe: without state.
 * Open to tests, which make each of them fail.
 */
class Disk {
  /** The real one. */
  static final Disk REAL = new Disk();

  private static final Logger log = LoggerFactory.getLogger(Disk.class);
  private static final String TEMPORARY = ".tmp";

  /** Java passes on the text and not the number, in the language the process runs in. */
  private static final List<String> FULL =
      List.of(
          "No space left on device",
          "quota exceeded",
          ErrnoText.of(ErrnoText.NO_SPACE),
          ErrnoText.of(ErrnoText.QUOTA));

  private static final List<String> NO_DESCRIPTORS =
      List.of(
          "Too many open files",
          ErrnoText.of(ErrnoText.FILES_OF_PROCESS),
          ErrnoText.of(ErrnoText.FILES_OF_SYSTEM));

  /** Whether a failure means that the disk, or the quota, is full. */
  static boolean full(IOException e) {
    return says(e, FULL);
  }

  /** Whether a failure means that no file could be opened just now. */
  static boolean noDescriptors(IOException e) {
    return says(e, NO_DESCRIPTORS);
  }

  /** Whether a failure is waited out: nothing is damaged, and it may be tried again later. */
  static boolean passes(IOException e) {
    return full(e) || noDescriptors(e);
  }

  private static boolean says(IOException e, List<String> texts) {
    String message = String.valueOf(e.getMessage());
    return texts.stream().anyMatch(message::contains);
  }

  /** Writes all of the buffer at this position. */
  void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    for (long at = position; bytes.hasRemaining(); ) {
      at += channel.write(bytes, at);
    }
  }

  /** Makes the data of a file durable; once this failed it must not be tried on that file again. */
  void sync(FileChannel channel) throws IOException {
    channel.force(false);
  }

  /** Makes a file durable that was written through another channel. */
  void syncFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** What {@link #syncAll} takes for this directory; null where files are synced one by one. */
  @Nullable FileSystemSync fileSystem(Path directory) throws IOException {
    return FileSystemSync.of(directory);
  }

  /** Has the kernel begin to write a file. */
  void begin(FileSystemSync fileSystem, Path file) throws IOException {
    fileSystem.begin(file);
  }

  /** Makes all files of a file system durable. */
  void syncAll(FileSystemSync fileSystem) throws IOException {
    fileSystem.sync();
  }

  /** Makes the names in a directory durable. */
  void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Free bytes for this process where the path is. */
  long freeBytes(Path path) throws IOException {
    return Files.getFileStore(path).getUsableSpace();
  }

  /**
   * Puts a whole file in its place, so that a reader sees the old or the new; not durable yet.
   *
   * @param temporary where it is written first, on the same file system
   */
  void replace(Path temporary, Path file, ByteBuffer bytes) throws IOException {
    placeOrAgain(temporary, file, bytes, false);
  }

  /**
   * The same for a file that is never written again from the journal: whichever a power cut leaves
   * in place, the old or the new, is whole.
   */
  void replaceSynced(Path temporary, Path file, ByteBuffer bytes) throws IOException {
    placeOrAgain(temporary, file, bytes, true);
  }

  /** Puts a whole file in its place, durable when this returns. */
  void replaceDurably(Path file, byte[] bytes) throws IOException {
    placeOrAgain(temporary(file), file, ByteBuffer.wrap(bytes), true);
    syncDirectory(parent(file));
  }

  /** A failure that does not pass is answered with a second, fresh file. */
  private void placeOrAgain(Path temporary, Path file, ByteBuffer bytes, boolean durably)
      throws IOException {
    try {
      place(temporary, file, bytes, durably);
    } catch (IOException e) {
      if (passes(e)) {
        throw e;
      }
      log.warn("{} could not be written, trying a fresh file", file, e);
      place(temporary, file, bytes, durably);
    }
  }

  private void place(Path temporary, Path file, ByteBuffer bytes, boolean durably)
      throws IOException {
    try {
      try (FileChannel channel = createTemporary(temporary)) {
        write(channel, bytes.duplicate(), 0);
        if (durably) {
          channel.force(true);
        }
      }
      moveInPlace(temporary, file);
    } catch (IOException e) {
      deleteAfter(e, temporary);
      throw e;
    }
  }

  static void deleteAfter(IOException failure, Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Directories are made when one is missing, which is once in a thousand files. */
  void moveInPlace(Path temporary, Path file) throws IOException {
    try {
      move(temporary, file);
    } catch (NoSuchFileException _) {
      Files.createDirectories(parent(file));
      move(temporary, file);
    }
  }

  private static void move(Path temporary, Path file) throws IOException {
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static Path temporary(Path file) {
    return file.resolveSibling(file.getFileName() + TEMPORARY);
  }

  static boolean isTemporary(Path file) {
    return file.toString().endsWith(TEMPORARY);
  }

  static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no directory holds " + file);
    }
    return parent;
  }

  FileChannel createTemporary(Path temporary) throws IOException {
    try {
      return create(temporary);
    } catch (NoSuchFileException _) {
      Files.createDirectories(parent(temporary));
      return create(temporary);
    }
  }

  private static FileChannel create(Path temporary) throws IOException {
    return FileChannel.open(
        temporary,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }
}
