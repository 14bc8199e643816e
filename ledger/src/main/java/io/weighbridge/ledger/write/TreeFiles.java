package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerDamagedException;
import io.weighbridge.ledger.tree.GrowingTree;
import io.weighbridge.ledger.tree.TilePath;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The growing tree: its right edge in memory, everything left of it in tiles and entry bundles.
 * Confined to the grower; before that, to recovery.
 *
 * <p>The leaves stand in the journal before they come here, so nothing written here is synced until
 * the journal is about to be dropped; after a crash it is written again.
 */
final class TreeFiles {
  private static final int BUNDLE_BYTES_START = 128 * 1024;

  /** More bundles than a group of typical records fills; a burst's buffers go. */
  private static final int SPARE_BUNDLES_MAX = 16;

  private final Path directory;
  private final Path unfinished;
  private final Disk disk;
  private final TreeHash hash = new TreeHash();

  private final GrowingTree tree = new GrowingTree(this::closeTile);

  /** The partial entry bundle, filled up to its position. */
  private ByteBuffer bundle = ByteBuffer.allocateDirect(BUNDLE_BYTES_START);

  /** Buffers of bundles that were written; a fresh one costs more than what goes into it. */
  private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>();

  private final ArrayDeque<FullFile> unwritten = new ArrayDeque<>();
  private final List<Path> unsettled = new ArrayList<>();

  /** Paths of full files of which a partial one may have been written. */
  private final Set<String> withPartials = new HashSet<>();

  /** Full ones among the unsettled that have partial ones. */
  private final List<Path> unsettledWithPartials = new ArrayList<>();

  /** Until recovery is settled: an earlier start may have left partials of anything. */
  private boolean partialsUnknown = true;

  /** A bundle or a tile, from the buffer's start to its limit. */
  private record FullFile(String path, ByteBuffer bytes, boolean isBundle) {}

  /**
   * What was written and not synced.
   *
   * @param withPartials those whose partial ones may go then
   */
  record Unsettled(List<Path> files, List<Path> withPartials) {}

  TreeFiles(Path directory, Disk disk) {
    this.directory = directory;
    this.disk = disk;
    this.unfinished = unfinished(directory);
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
    List<byte[]> leaves = new ArrayList<>();
    for (ByteBuffer rest = bundle.duplicate().flip(); rest.hasRemaining(); ) {
      byte[] leaf = new byte[Short.toUnsignedInt(rest.getShort())];
      rest.get(leaf);
      leaves.add(leaf);
    }
    return leaves;
  }

  /** Takes the next leaf; full tiles wait for {@link #flush}. */
  void add(byte[] leaf) {
    byte[] prefixed = new byte[1 + leaf.length];
    System.arraycopy(leaf, 0, prefixed, 1, leaf.length);
    add(prefixed, 1, leaf.length);
  }

  /** The same with a leaf that has room in front: overwrites the byte before it. */
  void add(byte[] bytes, int offset, int length) {
    if (bundle.remaining() < Short.BYTES + length) {
      bundle = ByteBuffer.allocateDirect(2 * bundle.capacity()).put(bundle.flip());
    }
    bundle.putShort((short) length);
    bundle.put(bytes, offset, length);
    tree.addLeaf(bytes, offset, length);
  }

  private void closeTile(int level, long index, byte[] hashes) {
    if (level == 0) {
      String path = TilePath.entries(index, TilePath.WIDTH);
      unwritten.add(new FullFile(path, bundle.flip(), true));
      ByteBuffer used = spare.poll();
      bundle = used == null ? ByteBuffer.allocateDirect(BUNDLE_BYTES_START) : used.clear();
    }
    String path = TilePath.tile(level, index, TilePath.WIDTH);
    unwritten.add(new FullFile(path, ByteBuffer.wrap(hashes), false));
  }

  /** Writes the full tiles and bundles that wait; answers with the bundles. */
  List<Path> flush() throws IOException {
    List<Path> bundles = new ArrayList<>();
    for (FullFile full = unwritten.peek(); full != null; full = unwritten.peek()) {
      Path file = write(full.path, full.bytes);
      unsettled.add(file);
      if (withPartials.remove(full.path) || partialsUnknown) {
        unsettledWithPartials.add(file);
      }
      unwritten.remove();
      if (full.isBundle) {
        bundles.add(file);
        keep(full.bytes);
      }
    }
    return bundles;
  }

  private void keep(ByteBuffer used) {
    if (spare.size() < SPARE_BUNDLES_MAX) {
      spare.add(used);
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
        written.add(write(TilePath.tile(level, index, width), ByteBuffer.wrap(partial)));
        withPartials.add(TilePath.tile(level, index, TilePath.WIDTH));
        if (level == 0) {
          written.add(write(TilePath.entries(index, width), bundle.duplicate().flip()));
          withPartials.add(TilePath.entries(index, TilePath.WIDTH));
        }
      }
    }
    return written;
  }

  private Path write(String path, ByteBuffer bytes) throws IOException {
    Path file = directory.resolve(path);
    disk.replace(unfinished, file, bytes);
    return file;
  }

  /** Where each file is written before it is moved in place; a kill leaves at most this. */
  static Path unfinished(Path directory) {
    return directory.resolve("unfinished.tmp");
  }

  /** Root of the tree as it is. */
  byte[] root() {
    return tree.root();
  }

  /** Full files written and not yet synced; they are the caller's from here on. */
  Unsettled takeUnsettled() {
    Unsettled taken = new Unsettled(List.copyOf(unsettled), List.copyOf(unsettledWithPartials));
    unsettled.clear();
    unsettledWithPartials.clear();
    partialsUnknown = false;
    return taken;
  }
}
