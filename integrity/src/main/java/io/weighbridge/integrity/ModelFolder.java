package io.weighbridge.integrity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A model's folder on disk, read by the rules of OpenSSF Model Signing: regular files only, links
 * refused, the version control names at its top ignored. Immutable; the files may change under it,
 * so read each one once.
 */
public final class ModelFolder {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int DEPTH_MAX = 32;
  private static final int FILES_MAX = 100_000;

  /* Headroom below Integer.MAX_VALUE: the largest array the JVM gives out. */
  private static final long READ_BYTES_MAX = Integer.MAX_VALUE - 8L;

  private final Path folder;
  private final List<String> names;

  private ModelFolder(Path folder, List<String> names) {
    this.folder = folder;
    this.names = names;
  }

  /**
   * Lists a folder's files; reads none of them.
   *
   * @param ignored further names at the top that are not part of the model, as the signature file
   * @throws IOException when something in it is neither a folder nor a regular file
   */
  public static ModelFolder list(Path folder, Set<String> ignored) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> top = Files.newDirectoryStream(folder)) {
      for (Path path : top) {
        String name = path.getFileName().toString();
        if (!ModelManifest.IGNORED_NAMES.contains(name) && !ignored.contains(name)) {
          walk(path, name, 1, names);
        }
      }
    }
    names.sort(ModelManifest.NAME_ORDER);
    return new ModelFolder(folder, List.copyOf(names));
  }

  private static void walk(Path path, String name, int depth, List<String> names)
      throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isRegularFile()) {
      if (names.size() == FILES_MAX) {
        throw new FileSystemException(path.toString(), null, "more than " + FILES_MAX + " files");
      }
      names.add(name);
      return;
    }
    if (!attributes.isDirectory()) {
      throw new FileSystemException(
          path.toString(),
          null,
          attributes.isSymbolicLink()
              ? "a model folder holds no symbolic links"
              : "a model folder holds regular files only");
    }
    if (depth == DEPTH_MAX) {
      throw new FileSystemException(path.toString(), null, "deeper than " + DEPTH_MAX + " folders");
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
      for (Path child : children) {
        walk(child, name + "/" + child.getFileName(), depth + 1, names);
      }
    }
  }

  /** Names of the files, relative with {@code /}, sorted. */
  public List<String> names() {
    return names;
  }

  /** Bytes of this file now. */
  public long sizeBytes(String name) throws IOException {
    return Files.size(file(name));
  }

  /** The whole content of one file, read once; refuses links and files of 2 GiB and above. */
  public byte[] read(String name) throws IOException {
    try (SeekableByteChannel channel = open(name)) {
      if (channel.size() > READ_BYTES_MAX) {
        throw new FileSystemException(
            name, null, channel.size() + " bytes; at most " + READ_BYTES_MAX + " fit in memory");
      }
      byte[] content = new byte[(int) channel.size()];
      ByteBuffer target = ByteBuffer.wrap(content);
      int count = 0;
      while (target.hasRemaining() && count >= 0) {
        count = channel.read(target);
      }
      if (channel.read(ByteBuffer.allocate(1)) > 0) {
        throw new FileSystemException(name, null, "grew while it was read");
      }
      return target.hasRemaining() ? Arrays.copyOf(content, target.position()) : content;
    }
  }

  /** Hashes one file without keeping it. */
  public ModelManifest.Entry hash(String name) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    long sizeBytes = 0;
    try (SeekableByteChannel channel = open(name)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      while (channel.read(chunk) >= 0) {
        chunk.flip();
        sizeBytes += chunk.remaining();
        sha256.update(chunk);
        chunk.clear();
      }
    }
    return new ModelManifest.Entry(name, Digest.ofBytes(sha256.digest()), sizeBytes);
  }

  /** Hashes every file. */
  public ModelManifest manifest() throws IOException {
    List<ModelManifest.Entry> entries = new ArrayList<>(names.size());
    for (String name : names) {
      entries.add(hash(name));
    }
    if (entries.isEmpty()) {
      throw new FileSystemException(folder.toString(), null, "holds no files");
    }
    return ModelManifest.of(entries);
  }

  /** A name that was listed with letters this process does not know leads to no file. */
  private Path file(String name) throws IOException {
    try {
      return folder.resolve(name);
    } catch (InvalidPathException e) {
      FileSystemException unreadable =
          new FileSystemException(
              folder + "/" + name,
              null,
              "its name has letters outside this process's character set, "
                  + System.getProperty("sun.jnu.encoding")
                  + ": start it with LANG=C.UTF-8, or rename the file");
      unreadable.initCause(e);
      throw unreadable;
    }
  }

  private SeekableByteChannel open(String name) throws IOException {
    return Files.newByteChannel(
        file(name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }
}
