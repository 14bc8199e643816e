package io.weighbridge.ledger.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A disk that fails as told. Thread-safe. */
final class FaultyDisk extends Disk {
  static final String FULL = "No space left on device";
  static final String BROKEN = "Input/output error";

  final AtomicInteger failSyncs = new AtomicInteger();
  final AtomicInteger failFileSyncs = new AtomicInteger();
  final AtomicInteger failWrites = new AtomicInteger();

  /** Of tiles and bundles, whole or partial. */
  final AtomicInteger failTiles = new AtomicInteger();

  /** Syncs of segments that are begun. */
  final AtomicInteger failBegins = new AtomicInteger();

  /** Whether the process has no file descriptor left. */
  volatile boolean noDescriptors;

  /** Of a segment, not synced yet. */
  private volatile @Nullable FileChannel begun;

  /** Put in place and not synced since. */
  private final Set<Path> unsynced = ConcurrentHashMap.newKeySet();

  volatile String writeMessage = FULL;
  volatile boolean oneByOne;
  volatile long freeBytes = Long.MAX_VALUE;

  @Override
  void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    if (fails(failWrites)) {
      ByteBuffer half = bytes.slice(bytes.position(), bytes.remaining() / 2);
      super.write(channel, half, position);
      throw new IOException(writeMessage);
    }
    super.write(channel, bytes, position);
  }

  @Override
  void replace(Path temporary, Path file, ByteBuffer bytes) throws IOException {
    if (fails(failTiles)) {
      throw new IOException(FULL);
    }
    super.replace(temporary, file, bytes);
    unsynced.add(file);
  }

  @Override
  FileChannel createTemporary(Path temporary) throws IOException {
    if (noDescriptors) {
      throw new FileSystemException(temporary.toString(), null, "Too many open files");
    }
    FileChannel channel = super.createTemporary(temporary);
    begun = temporary.toString().contains(Segment.DIRECTORY) ? channel : begun;
    return channel;
  }

  @Override
  void begin(FileSystemSync fileSystem, Path file) throws IOException {
    if (noDescriptors) {
      throw new FileSystemException(file.toString(), null, "Too many open files");
    }
    super.begin(fileSystem, file);
  }

  @Override
  void sync(FileChannel channel) throws IOException {
    boolean first = channel.equals(begun);
    begun = first ? null : begun;
    if (fails(failSyncs) || (first && fails(failBegins))) {
      throw new IOException(BROKEN);
    }
    super.sync(channel);
  }

  @Override
  void syncFile(Path file) throws IOException {
    if (fails(failFileSyncs)) {
      throw new IOException(BROKEN);
    }
    super.syncFile(file);
    unsynced.remove(file);
  }

  @Override
  @Nullable FileSystemSync fileSystem(Path directory) throws IOException {
    return oneByOne ? null : super.fileSystem(directory);
  }

  @Override
  void syncAll(FileSystemSync fileSystem) throws IOException {
    if (fails(failFileSyncs)) {
      throw new IOException(BROKEN);
    }
    super.syncAll(fileSystem);
  }

  /** Empties what was put in place and never synced, as a power cut may. */
  void cutPower() throws IOException {
    for (Path file : unsynced) {
      if (Files.exists(file)) {
        Files.write(file, new byte[0]);
      }
    }
  }

  @Override
  long freeBytes(Path path) {
    return freeBytes;
  }

  private static boolean fails(AtomicInteger remaining) {
    return remaining.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
  }
}
