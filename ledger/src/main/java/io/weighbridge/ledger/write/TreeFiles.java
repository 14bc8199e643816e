package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerDamagedException;
import io.weighbridge.ledger.tree.GrowingTree;
import io.weighbridge.ledger.tree.TilePath;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
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

  private final GrowingTree tree = new GrowingTree(this::closeTile);

  /** Bytes of the partial entry bundle. */
  private final ByteArrayOutputStream bundle = new ByteArrayOutputStream();

  private final List<byte[]> bundleLeaves = new ArrayList<>();
  private final ArrayDeque<FullFile> unwritten = new ArrayDeque<>();
  private final List<Path> unsettled = new ArrayList<>();

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
    tree.resume(boundary, this::tileRoot);
  }

  private byte[] tileRoot(int level, long index) throws IOException {
    Path tile = directory.resolve(TilePath.tile(level, index, TilePath.WIDTH));
    byte[] hashes = Files.readAllBytes(tile);
    if (hashes.length != TilePath.WIDTH * TreeHash.BYTES) {
      throw new LedgerDamagedException(
          tile, "a full tile has 8192 bytes, this one " + hashes.length);
    }
    return hash.subtree(hashes, 0, TilePath.WIDTH);
  }

  long size() {
    return tree.size();
  }

  /** Leaves of the partial bundle, oldest first. */
  List<byte[]> bundleLeaves() {
    return bundleLeaves;
  }

  /** Takes the next leaf; full tiles wait for {@link #flush}. */
  void add(byte[] leaf) {
    bundle.write(leaf.length >>> 8);
    bundle.write(leaf.length);
    bundle.writeBytes(leaf);
    bundleLeaves.add(leaf);
    tree.add(hash.leaf(leaf));
  }

  private void closeTile(int level, long index, byte[] hashes) {
    if (level == 0) {
      unwritten.add(new FullFile(TilePath.entries(index, TilePath.WIDTH), bundle.toByteArray()));
      bundle.reset();
      bundleLeaves.clear();
    }
    unwritten.add(new FullFile(TilePath.tile(level, index, TilePath.WIDTH), hashes));
  }

  /** Writes the full tiles and bundles that wait. */
  void flush() throws IOException {
    for (FullFile full = unwritten.peek(); full != null; full = unwritten.peek()) {
      Path file = directory.resolve(full.path);
      disk.replace(unfinished(directory), file, full.bytes);
      unsettled.add(file);
      unwritten.remove();
    }
  }

  /** Writes the partial tiles and the partial bundle that a checkpoint of this size needs. */
  List<Path> writePartial() throws IOException {
    List<Path> written = new ArrayList<>();
    for (int level = 0; level < TilePath.LEVELS_MAX; level++) {
      byte[] partial = tree.partial(level);
      int width = partial.length / TreeHash.BYTES;
      if (width > 0) {
        long index = TilePath.hashes(tree.size(), level) / TilePath.WIDTH;
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
    disk.replace(unfinished(directory), file, bytes);
    return file;
  }

  /** Where the sealer writes each file before it is moved in place; a kill leaves at most this. */
  static Path unfinished(Path directory) {
    return directory.resolve("unfinished.tmp");
  }

  /** Root of the tree as it is. */
  byte[] root() {
    return tree.root();
  }

  /** Full files written and not yet synced; the list is the caller's from here on. */
  List<Path> takeUnsettled() {
    List<Path> taken = List.copyOf(unsettled);
    unsettled.clear();
    return taken;
  }
}
