package io.weighbridge.ledger.tree;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * A tree that leaf hashes are added to: only its right edge, the partial tile of each level, is in
 * memory. Confined to its owner's thread.
 */
public final class GrowingTree {
  private final TreeHash hash = new TreeHash();
  private final byte[][] tiles = new byte[TilePath.LEVELS_MAX][TilePath.WIDTH * TreeHash.BYTES];
  private final FullTiles sink;
  private long size;

  /** Where tiles go that are full. */
  @FunctionalInterface
  public interface FullTiles {
    /** Takes ownership of the hashes. */
    void full(int level, long index, byte[] hashes);
  }

  /** Hashes of tiles written before. */
  @FunctionalInterface
  public interface TileRoots {
    /** The root of a full tile. */
    byte[] root(int level, long index) throws IOException;
  }

  /** An empty tree. */
  public GrowingTree(FullTiles sink) {
    this.sink = sink;
  }

  /**
   * Takes up an empty tree at a tile's boundary.
   *
   * @param boundary a multiple of the tile width
   */
  public void resume(long boundary, TileRoots roots) throws IOException {
    for (int level = 1; level < TilePath.LEVELS_MAX; level++) {
      long count = TilePath.hashes(boundary, level);
      for (long n = count - count % TilePath.WIDTH; n < count; n++) {
        put(level, n, roots.root(level - 1, n));
      }
    }
    size = boundary;
  }

  /** The same tree, to be continued on its own. */
  public GrowingTree copy() {
    GrowingTree copy = new GrowingTree((_, _, _) -> {});
    for (int level = 0; level < tiles.length; level++) {
      copy.tiles[level] = tiles[level].clone();
    }
    copy.size = size;
    return copy;
  }

  /** Leaves so far. */
  public long size() {
    return size;
  }

  /** Adds the next leaf. */
  public void add(byte[] leafHash) {
    put(0, size, leafHash);
    grow();
  }

  /** Hashes and adds the next leaf. Overwrites the byte in front of it. */
  public void addLeaf(byte[] bytes, int offset, int length) {
    int at = (int) (size % TilePath.WIDTH) * TreeHash.BYTES;
    hash.leaf(bytes, offset, length, tiles[0], at);
    grow();
  }

  private void grow() {
    size++;
    for (int level = 0; isFull(level); level++) {
      long index = TilePath.hashes(size, level) / TilePath.WIDTH - 1;
      byte[] full = tiles[level].clone();
      put(level + 1, index, hash.subtree(full, 0, TilePath.WIDTH));
      sink.full(level, index, full);
    }
  }

  /** Whether the last leaf filled this level's tile. */
  private boolean isFull(int level) {
    return Long.numberOfTrailingZeros(size) >= 8 * (level + 1);
  }

  private void put(int level, long index, byte[] value) {
    int at = (int) (index % TilePath.WIDTH);
    System.arraycopy(value, 0, tiles[level], at * TreeHash.BYTES, TreeHash.BYTES);
  }

  /** The hashes of a level's partial tile; none when the level ends with a full one. */
  public byte[] partial(int level) {
    int width = (int) (TilePath.hashes(size, level) % TilePath.WIDTH);
    return Arrays.copyOf(tiles[level], width * TreeHash.BYTES);
  }

  /** Root of the tree as it is. */
  public byte[] root() {
    try {
      return new Proofs().root(size, this::edge);
    } catch (IOException e) {
      throw new UncheckedIOException("nothing is read here", e);
    }
  }

  /** Hash of a complete subtree at the right edge. */
  private byte[] edge(int height, long index) {
    int count = 1 << (height % 8);
    return hash.subtree(tiles[height / 8], (int) (index * count % TilePath.WIDTH), count);
  }
}
