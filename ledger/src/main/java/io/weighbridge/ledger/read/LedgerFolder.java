package io.weighbridge.ledger.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory from somebody who may wish to mislead its reader: nothing but regular files of a
 * bounded size is opened, and no symbolic link is followed on the way to them. Confined to its
 * caller's thread.
 */
final class LedgerFolder {
  /** A bundle of 256 leaves, each of the largest size a u16 can tell. */
  static final int FILE_BYTES_MAX = 256 * (2 + 0xFFFF);

  private final Path root;
  private final Set<Path> checked = new HashSet<>();

  LedgerFolder(Path root) {
    this.root = root;
  }

  Path root() {
    return root;
  }

  /** The file's bytes, or null when there is none. */
  byte @Nullable [] readIfThere(String path) throws IOException {
    try {
      return read(path);
    } catch (NoSuchFileException _) {
      return null;
    }
  }

  /**
   * The file's bytes.
   *
   * @throws IOException also when it is a link, a pipe, a device, or too large
   */
  byte[] read(String path) throws IOException {
    Path file = root.resolve(path);
    requireDirectories(file);
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new IOException(path + ": not a regular file");
    }
    if (attributes.size() > FILE_BYTES_MAX) {
      throw new IOException(path + ": " + attributes.size() + " bytes, too large");
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) attributes.size());
      int count = 0;
      while (bytes.hasRemaining() && count >= 0) {
        count = channel.read(bytes);
      }
      return bytes.array();
    }
  }

  private void requireDirectories(Path file) throws IOException {
    for (Path at = file.getParent();
        at != null && !at.equals(root) && at.startsWith(root);
        at = at.getParent()) {
      if (!checked.contains(at)) {
        BasicFileAttributes attributes =
            Files.readAttributes(at, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isDirectory()) {
          throw new NotDirectoryException(root.relativize(at) + " (links are not followed)");
        }
        checked.add(at);
      }
    }
  }

  /** Whether something stands there, whatever it is. */
  boolean exists(String path) {
    return Files.exists(root.resolve(path), LinkOption.NOFOLLOW_LINKS);
  }

  /** Names in a directory, sorted; empty when there is none. */
  List<String> names(String path) throws IOException {
    return entries(root.resolve(path)).stream().map(LedgerFolder::name).toList();
  }

  private static String name(Path entry) {
    return String.valueOf(entry.getFileName());
  }

  private List<Path> entries(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    requireDirectories(directory.resolve("x"));
    try (Stream<Path> found = Files.list(directory)) {
      return found.sorted(Comparator.comparing(LedgerFolder::name)).toList();
    }
  }

  /** Shows every path below a directory that is not itself a real directory. */
  void walk(String path, Consumer<String> found) throws IOException {
    walk(root.resolve(path), path, found);
  }

  /** A name may have no character in this process's set, so what was found is asked by itself. */
  private void walk(Path directory, String path, Consumer<String> found) throws IOException {
    for (Path entry : entries(directory)) {
      String child = path + "/" + name(entry);
      if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        walk(entry, child, found);
      } else {
        found.accept(child);
      }
    }
  }
}
