package io.weighbridge.ledger.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The calls into the file system that can fail for reasons of the disk. Thread-safe: without state.
 * Open to tests, which make each of them fail.
 */
class Disk {
  /** The real one. */
  static final Disk REAL = new Disk();

  private static final String TEMPORARY = ".tmp";

  /** Whether a failure means that the disk, or the quota, is full. */
  static boolean full(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("No space left on device") || message.contains("quota exceeded");
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

  /** Puts a whole file in its place, so that a reader sees the old or the new; not durable yet. */
  void replace(Path file, byte[] bytes) throws IOException {
    Path temporary = temporary(file);
    try (FileChannel channel = createTemporary(temporary)) {
      write(channel, ByteBuffer.wrap(bytes), 0);
    }
    moveInPlace(temporary, file);
  }

  /** As {@link #replace}, and durable when it returns. */
  void replaceDurably(Path file, byte[] bytes) throws IOException {
    Path temporary = temporary(file);
    try (FileChannel channel = createTemporary(temporary)) {
      write(channel, ByteBuffer.wrap(bytes), 0);
      channel.force(true);
    }
    moveInPlace(temporary, file);
    syncDirectory(parent(file));
  }

  void moveInPlace(Path temporary, Path file) throws IOException {
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
    Files.createDirectories(parent(temporary));
    return FileChannel.open(
        temporary,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }
}
