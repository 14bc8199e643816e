package io.weighbridge.ledger.read;

import io.weighbridge.ledger.tree.HashSource;
import io.weighbridge.ledger.tree.TilePath;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Subtree hashes out of the tiles of a tree of one size. Confined to its caller's thread. */
final class TileHashes implements HashSource {
  private final LedgerFolder folder;
  private final long treeSize;
  private final Map<String, byte[]> instead;
  private final TreeHash hash = new TreeHash();

  TileHashes(LedgerFolder folder, long treeSize) {
    this(folder, treeSize, Map.of());
  }

  /** With tiles, by the path of the full one, that are taken instead of those in the folder. */
  TileHashes(LedgerFolder folder, long treeSize, Map<String, byte[]> instead) {
    this.folder = folder;
    this.treeSize = treeSize;
    this.instead = instead;
  }

  @Override
  public byte[] hash(int height, long index) throws IOException {
    int level = height / 8;
    int count = 1 << (height % 8);
    long first = index * count;
    byte[] tile = tile(level, first / TilePath.WIDTH);
    int from = (int) (first % TilePath.WIDTH);
    if (tile.length < (from + count) * TreeHash.BYTES) {
      throw new IOException(
          TilePath.tile(level, first / TilePath.WIDTH, TilePath.WIDTH) + ": too short");
    }
    return hash.subtree(tile, from, count);
  }

  /** The hashes of a tile as far as a tree of this size has them. */
  private byte[] tile(int level, long index) throws IOException {
    int width = width(TilePath.hashes(treeSize, level), index);
    String path = TilePath.tile(level, index, TilePath.WIDTH);
    byte @Nullable [] made = instead.get(path);
    if (made != null) {
      return made;
    }
    // The full one is of a larger tree, and may have been put there just before a power cut.
    byte @Nullable [] own =
        width == TilePath.WIDTH ? null : folder.readIfThere(TilePath.tile(level, index, width));
    return own != null && own.length == width * TreeHash.BYTES ? own : folder.read(path);
  }

  /** Width of the tile or bundle in a level with this many hashes. */
  static int width(long hashes, long index) {
    return (int) Math.min(TilePath.WIDTH, hashes - index * TilePath.WIDTH);
  }
}
