package io.weighbridge.integrity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The files of a model, each with its digest, sorted by name, and the root digest over them.
 * Immutable.
 *
 * <p>Rules of OpenSSF Model Signing v1.0, method {@code files}: names are relative with {@code /}
 * and sort by their UTF-8 bytes, unsigned (Java's {@code compareTo} orders surrogate pairs
 * differently); the root is SHA-256 over the concatenated raw file digests in that order. The root
 * does not bind the names: compare {@link #entries} where a renamed file matters.
 */
public final class ModelManifest {
  /** Names at the top of a model folder that are never part of the model. */
  public static final Set<String> IGNORED_NAMES =
      Set.of(".git", ".gitignore", ".gitattributes", ".github");

  /** Order of file names: by UTF-8 bytes, unsigned. */
  public static final Comparator<String> NAME_ORDER =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private static final int NAME_BYTES_MAX = 4096;

  private final List<Entry> entries;
  private final Digest rootDigest;

  /** One file of a model. */
  public record Entry(String name, Digest digest, long sizeBytes) {

    public Entry {
      requireName(name);
      if (sizeBytes < 0) {
        throw new IllegalArgumentException("size of " + name + " is " + sizeBytes);
      }
    }

    /** The entry of a file whose bytes are already in memory. */
    public static Entry of(String name, byte[] content) {
      return new Entry(name, Digest.sha256(content), content.length);
    }
  }

  private ModelManifest(List<Entry> sorted) {
    entries = sorted;
    MessageDigest root = Digest.newSha256();
    for (Entry entry : sorted) {
      root.update(entry.digest.bytes());
    }
    rootDigest = Digest.ofBytes(root.digest());
  }

  /**
   * Takes the files of a model in any order.
   *
   * @throws IllegalArgumentException when there are none or two have one name
   */
  public static ModelManifest of(List<Entry> files) {
    if (files.isEmpty()) {
      throw new IllegalArgumentException("a model has at least one file");
    }
    List<Entry> sorted = new ArrayList<>(files);
    sorted.sort(Comparator.comparing(Entry::name, NAME_ORDER));
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).name.equals(sorted.get(i - 1).name)) {
        throw new IllegalArgumentException("two files are named " + sorted.get(i).name);
      }
    }
    return new ModelManifest(List.copyOf(sorted));
  }

  /** The files, sorted by name. */
  public List<Entry> entries() {
    return entries;
  }

  /** SHA-256 over the concatenated raw file digests: what the model is called everywhere. */
  public Digest rootDigest() {
    return rootDigest;
  }

  /** Bytes of all files together. */
  public long sizeBytes() {
    long total = 0;
    for (Entry entry : entries) {
      total += entry.sizeBytes;
    }
    return total;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelManifest manifest && entries.equals(manifest.entries);
  }

  @Override
  public int hashCode() {
    return rootDigest.hashCode();
  }

  @Override
  public String toString() {
    return rootDigest + " (" + entries.size() + " files)";
  }

  private static void requireName(String name) {
    int lengthBytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (name.isEmpty() || lengthBytes > NAME_BYTES_MAX || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "a file name is 1 to " + NAME_BYTES_MAX + " bytes without NUL, found " + lengthBytes);
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name) || name.indexOf('\uFFFD') >= 0) {
      throw new IllegalArgumentException("file name is not valid UTF-8: " + name);
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw new IllegalArgumentException(
            "a file name is relative, its parts divided by one /, without . or ..: " + name);
      }
    }
  }
}
