package io.weighbridge.ledger.read;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.note.Checkpoint;
import io.weighbridge.ledger.tree.GrowingTree;
import io.weighbridge.ledger.tree.TilePath;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Re-hashes every leaf under a checkpoint and finds the file that does not fit. Confined to one
 * verification.
 *
 * <p>Where leaves and the hashes in their tile differ, the hash above decides; at the right edge,
 * which has nothing above, the signed root does. So a changed byte is found where it is, and what
 * follows is judged on its own.
 *
 * <p>Bundles are synced late, so after a power cut the journal may be alone in holding their
 * leaves: where a bundle is missing or cut they are taken from there, and the root decides.
 */
final class TreeCheck {
  private final LedgerFolder folder;
  private final Checkpoint head;
  private final Findings findings;
  private final LeafSink sink;
  private final Copies copies;
  private final TileCheck tiles;
  private final TreeHash hash = new TreeHash();
  private final GrowingTree tree;
  private final Map<Long, byte[]> roots = new HashMap<>();
  private final Set<Long> watched;
  private boolean complete = true;

  /** Whoever else wants to see each leaf that is the one hashed. */
  @FunctionalInterface
  interface LeafSink {
    void leaf(String file, long index, byte[] bytes, Record record);
  }

  /** Other copies of leaves. */
  @FunctionalInterface
  interface Copies {
    List<byte[]> leaves(long first, int count);
  }

  /** Prepares; {@code watched} are the sizes at which the root is wanted. */
  TreeCheck(
      LedgerFolder folder,
      Checkpoint head,
      Findings findings,
      Set<Long> watched,
      Copies copies,
      LeafSink sink) {
    this.copies = copies;
    this.watched = watched;
    this.folder = folder;
    this.head = head;
    this.findings = findings;
    this.sink = sink;
    this.tiles = new TileCheck(folder, findings);
    this.tree = new GrowingTree(tiles::compare);
  }

  /** Leaves gone through. */
  long size() {
    return tree.size();
  }

  /** See {@link TileCheck#made}. */
  @Nullable Map<String, byte[]> made() {
    return tiles.made();
  }

  /** Roots at the watched sizes gone through. */
  Map<Long, byte[]> roots() {
    return roots;
  }

  /** Goes through one more bundle; false at the end, or when the tree cannot be followed. */
  boolean next() {
    if (tree.size() >= head.size()) {
      return false;
    }
    long index = tree.size() / TilePath.WIDTH;
    int width = TileHashes.width(head.size(), index);
    String file = TilePath.entries(index, width);
    if (!folder.exists(file)) {
      file = TilePath.entries(index, TilePath.WIDTH);
    }
    List<byte[]> leaves = leaves(file, width);
    List<byte[]> own = leaves.stream().map(hash::leaf).toList();
    byte[] stored = tiles.stored(0, index, width);
    List<byte[]> chosen = choose(own, split(stored, width), width);
    if (chosen.size() < width) {
      complete = false;
      findings.missing(file, tree.size(), "the tree cannot be followed beyond this bundle");
      return false;
    }
    for (int i = 0; i < width; i++) {
      if (i < own.size() && Arrays.equals(own.get(i), chosen.get(i))) {
        see(file, leaves.get(i));
      } else if (i < own.size()) {
        findings.altered(file, tree.size(), "the leaf does not hash to what the tree holds");
      }
      tree.add(chosen.get(i));
      if (watched.contains(tree.size())) {
        roots.put(tree.size(), tree.root());
      }
    }
    tiles.compareBundles(index, leaves);
    return true;
  }

  private void see(String file, byte[] leaf) {
    try {
      sink.leaf(file, tree.size(), leaf, Record.parseFrom(leaf));
    } catch (InvalidProtocolBufferException e) {
      findings.altered(file, tree.size(), "the leaf holds no record");
    }
  }

  /** The hashes that lead up to what was signed, where the two differ. */
  private List<byte[]> choose(List<byte[]> own, List<byte[]> stored, int width) {
    if (own.size() < width) {
      return stored;
    }
    boolean same = stored.size() == width;
    for (int i = 0; same && i < width; i++) {
      same = Arrays.equals(own.get(i), stored.get(i));
    }
    return same || stored.size() < width || !leadsUp(stored, width) ? own : stored;
  }

  private boolean leadsUp(List<byte[]> hashes, int width) {
    GrowingTree copy = tree.copy();
    hashes.forEach(copy::add);
    if (width < TilePath.WIDTH || copy.size() == head.size()) {
      return Arrays.equals(copy.root(), head.root());
    }
    long index = copy.size() / TilePath.WIDTH - 1;
    long above = index / TilePath.WIDTH;
    int aboveWidth = TileHashes.width(TilePath.hashes(head.size(), 1), above);
    List<byte[]> stored = split(tiles.stored(1, above, aboveWidth), aboveWidth);
    int at = (int) (index % TilePath.WIDTH);
    byte[] root = hash.subtree(join(hashes), 0, TilePath.WIDTH);
    return at < stored.size() && Arrays.equals(root, stored.get(at));
  }

  private static byte[] join(List<byte[]> hashes) {
    byte[] joined = new byte[hashes.size() * TreeHash.BYTES];
    for (int i = 0; i < hashes.size(); i++) {
      System.arraycopy(hashes.get(i), 0, joined, i * TreeHash.BYTES, TreeHash.BYTES);
    }
    return joined;
  }

  private static List<byte[]> split(byte[] tile, int width) {
    List<byte[]> hashes = new ArrayList<>();
    for (int i = 0; i < width && (i + 1) * TreeHash.BYTES <= tile.length; i++) {
      hashes.add(Arrays.copyOfRange(tile, i * TreeHash.BYTES, (i + 1) * TreeHash.BYTES));
    }
    return hashes;
  }

  private List<byte[]> leaves(String file, int width) {
    byte[] bytes;
    try {
      bytes = folder.read(file);
    } catch (NoSuchFileException e) {
      String full = TilePath.entries(tree.size() / TilePath.WIDTH, TilePath.WIDTH);
      if (!file.equals(full)) {
        return leaves(full, width); // The gateway dropped the partial one meanwhile.
      }
      List<byte[]> copied = copied(file, width);
      if (!copied.isEmpty()) {
        return copied;
      }
      complete = false;
      findings.missing(
          file,
          tree.size(),
          "leaves %d to %d are missing".formatted(tree.size(), tree.size() + width - 1));
      return List.of();
    } catch (IOException e) {
      findings.altered(file, tree.size(), "cannot be read: " + e.getMessage());
      return List.of();
    }
    List<byte[]> leaves = Bundle.prefix(bytes);
    boolean full = file.equals(TilePath.entries(tree.size() / TilePath.WIDTH, TilePath.WIDTH));
    int expected = full ? TilePath.WIDTH : width;
    if (leaves.size() < expected) {
      List<byte[]> copied = copied(file, width);
      if (!copied.isEmpty()) {
        return copied;
      }
      findings.altered(
          file,
          tree.size() + leaves.size(),
          "%d whole leaves, expected %d".formatted(leaves.size(), expected));
    } else if (leaves.size() > expected || Bundle.toBytes(leaves).length != bytes.length) {
      tiles.differs(file, tree.size() + expected - 1, "bytes behind the last leaf");
    }
    return leaves.subList(0, Math.min(width, leaves.size()));
  }

  private List<byte[]> copied(String file, int width) {
    List<byte[]> copied = copies.leaves(tree.size(), width);
    if (!copied.isEmpty()) {
      tiles.differs(file, tree.size(), "missing or cut; its leaves stand in the journal");
    }
    return copied;
  }

  /** Whether every leaf could be read; says whether the signed root came out. */
  boolean conclude() {
    for (int level = 0; level < TilePath.LEVELS_MAX; level++) {
      byte[] partial = tree.partial(level);
      if (partial.length > 0 && tree.size() == head.size()) {
        tiles.compare(level, TilePath.hashes(tree.size(), level) / TilePath.WIDTH, partial);
      }
    }
    boolean stands = tree.size() == head.size() && Arrays.equals(tree.root(), head.root());
    tiles.conclude(stands);
    if (tree.size() == head.size() && !stands) {
      findings.altered(
          "checkpoint",
          -1,
          "%d leaves hash to another root than the one signed, %s"
              .formatted(head.size(), head.rootHex()));
    }
    return stands && complete;
  }
}
