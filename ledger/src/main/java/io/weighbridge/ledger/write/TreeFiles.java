package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerDamagedException;
import io.weighbridge.ledger.tree.Proofs;
import io.weighbridge.ledger.tree.TilePath;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The growing tree: its right edge in memory, everything left of it in tiles and entry bundles.
 * Confined to the sealer.
 *
 * <p>The leaves stand in the journal before they come here, so nothing written here is synced until
 * the journal is about to be dropped; after a crash it is written again.
 */
final class TreeFiles {
  private final Path directory;
  private final Disk disk;
  private final TreeHash hash = new TreeHash();

  /** Hashes of the partial tile of each level. */
  private final byte[][] tiles = new byte[TilePath.LEVELS_MAX][TilePath.WIDTH * TreeHash.BYTES];

  /** Bytes of the partial entry bundle. */
  private final ByteArrayOutputStream bundle = new ByteArrayOutputStream();

  private final List<byte[]> bundleLeaves = new ArrayList<>();
  private final ArrayDeque<FullFile> unwritten = new ArrayDeque<>();
  private final List<Path> unsettled = new ArrayList<>();
  private long size;

  private static final class FullFile {
    final String path;
    final byte[] bytes;

    FullFile(String path, byte[] bytes) {
      this.path = path;
      this.bytes = bytes;
    }
  }

  TreeFiles(Path directory, Disk disk) {
    this.directory = directory;
    this.disk = disk;
  }

  /**
   * Takes up a tree whose leaves up to a bundle's boundary are all in full tiles.
   *
   * @param boundary a multiple of the tile width
   */
  void resume(long boundary) throws IOException {
    for (int level = 1; level < TilePath.LEVELS_MAX; level++) {
      long count = TilePath.hashes(boundary, level);
      for (long n = count - count % TilePath.WIDTH; n < count; n++) {
        Path tile = directory.resolve(TilePath.tile(level - 1, n, TilePath.WIDTH));
        byte[] hashes = Files.readAllBytes(tile);
        if (hashes.length != TilePath.WIDTH * TreeHash.BYTES) {
          throw new LedgerDamagedException(
              tile, "a full tile has 8192 bytes, this one " + hashes.length);
        }
        put(level, (int) (n % TilePath.WIDTH), hash.subtree(hashes, 0, TilePath.WIDTH));
      }
    }
    size = boundary;
  }

  long size() {
    return size;
  }

  /** Leaves of the partial bundle, oldest first. */
  List<byte[]> bundleLeaves() {
    return bundleLeaves;
  }

  /** Takes the next leaf; full tiles wait for {@link #flush}. */
  void add(byte[] leaf) {
    put(0, (int) (size % TilePath.WIDTH), hash.leaf(leaf));
    bundle.write(leaf.length >>> 8);
    bundle.write(leaf.length);
    bundle.writeBytes(leaf);
    bundleLeaves.add(leaf);
    size++;
    if (size % TilePath.WIDTH == 0) {
      unwritten.add(
          new FullFile(
              TilePath.entries(size / TilePath.WIDTH - 1, TilePath.WIDTH), bundle.toByteArray()));
      bundle.reset();
      bundleLeaves.clear();
      closeTile(0);
    }
  }

  private void closeTile(int level) {
    long index = TilePath.hashes(size, level) / TilePath.WIDTH - 1;
    unwritten.add(new FullFile(TilePath.tile(level, index, TilePath.WIDTH), tiles[level].clone()));
    byte[] root = hash.subtree(tiles[level], 0, TilePath.WIDTH);
    put(level + 1, (int) (index % TilePath.WIDTH), root);
    if (TilePath.hashes(size, level + 1) % TilePath.WIDTH == 0) {
      closeTile(level + 1);
    }
  }

  private void put(int level, int at, byte[] value) {
    System.arraycopy(value, 0, tiles[level], at * TreeHash.BYTES, TreeHash.BYTES);
  }

  /** Writes the full tiles and bundles that wait. */
  void flush() throws IOException {
    for (FullFile full = unwritten.peek(); full != null; full = unwritten.peek()) {
      Path file = directory.resolve(full.path);
      disk.replace(file, full.bytes);
      unsettled.add(file);
      unwritten.remove();
    }
  }

  /** Writes the partial tiles and the partial bundle that a checkpoint of this size needs. */
  List<Path> writePartial() throws IOException {
    List<Path> written = new ArrayList<>();
    for (int level = 0; level < TilePath.LEVELS_MAX; level++) {
      long hashes = TilePath.hashes(size, level);
      int width = (int) (hashes % TilePath.WIDTH);
      if (width > 0) {
        long index = hashes / TilePath.WIDTH;
        byte[] partial = Arrays.copyOf(tiles[level], width * TreeHash.BYTES);
        written.add(write(TilePath.tile(level, index, width), partial));
        if (level == 0) {
          written.add(write(TilePath.entries(index, width), bundle.toByteArray()));
        }
      }
    }
    return written;
  }

  private Path write(String path, byte[] bytes) throws IOException {
    Path file = directory.resolve(path);
    disk.replace(file, bytes);
    return file;
  }

  /** Root of the tree as it is. */
  byte[] root() throws IOException {
    return new Proofs().root(size, this::edge);
  }

  /** Hash of a complete subtree at the right edge. */
  private byte[] edge(int height, long index) {
    int level = height / 8;
    int count = 1 << (height % 8);
    long first = index * count;
    return hash.subtree(tiles[level], (int) (first % TilePath.WIDTH), count);
  }

  /** Full files written and not yet synced; the list is the caller's from here on. */
  List<Path> takeUnsettled() {
    List<Path> taken = List.copyOf(unsettled);
    unsettled.clear();
    return taken;
  }
}
