package io.weighbridge.ledger.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProofsTest {
  private static final int SIZE_MAX = 70;

  private final TreeHash hash = new TreeHash();
  private final Proofs proofs = new Proofs();
  private final List<byte[]> leaves = new ArrayList<>();

  ProofsTest() {
    for (int i = 0; i < SIZE_MAX; i++) {
      leaves.add(hash.leaf(("leaf " + i).getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** The definition of RFC 6962, 2.1, word for word. */
  private byte[] treeHash(List<byte[]> hashes) {
    if (hashes.isEmpty()) {
      return hash.empty();
    }
    if (hashes.size() == 1) {
      return hashes.getFirst();
    }
    int split = Integer.highestOneBit(hashes.size() - 1);
    return hash.node(
        treeHash(hashes.subList(0, split)), treeHash(hashes.subList(split, hashes.size())));
  }

  private byte[] source(int height, long index) {
    int from = (int) (index << height);
    return treeHash(leaves.subList(from, from + (1 << height)));
  }

  @Test
  void hashesKnownTrees() {
    assertThat(hex(hash.empty()))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(hex(hash.leaf(new byte[0])))
        .isEqualTo("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assertThat(hex(hash.node(hash.leaf(new byte[0]), hash.leaf(new byte[] {0}))))
        .isEqualTo("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
  }

  @Test
  void rootsFollowTheDefinition() throws IOException {
    for (int size = 0; size <= SIZE_MAX; size++) {
      assertThat(proofs.root(size, this::source)).isEqualTo(treeHash(leaves.subList(0, size)));
    }
  }

  @Test
  void everyLeafIsProvedIncludedAndNowhereElse() throws IOException {
    for (int size = 1; size <= SIZE_MAX; size++) {
      byte[] root = treeHash(leaves.subList(0, size));
      for (int i = 0; i < size; i++) {
        List<byte[]> proof = proofs.inclusion(i, size, this::source);
        assertThat(proofs.included(leaves.get(i), i, size, proof, root)).isTrue();
        assertThat(proofs.included(leaves.get((i + 1) % SIZE_MAX), i, size, proof, root)).isFalse();
        assertThat(proofs.included(leaves.get(i), i + size, size, proof, root)).isFalse();
        assertThat(proofs.included(leaves.get(i), i ^ 1, size, proof, root)).isFalse();
        rejectsChanged(i, size, proof, root);
      }
    }
  }

  private void rejectsChanged(int i, int size, List<byte[]> proof, byte[] root) {
    List<byte[]> longer = new ArrayList<>(proof);
    longer.add(root);
    assertThat(proofs.included(leaves.get(i), i, size, longer, root)).isFalse();
    if (!proof.isEmpty()) {
      List<byte[]> shorter = proof.subList(1, proof.size());
      assertThat(proofs.included(leaves.get(i), i, size, shorter, root)).isFalse();
      List<byte[]> flipped = new ArrayList<>(proof);
      flipped.set(0, flipped.getFirst().clone());
      flipped.getFirst()[31] ^= 1;
      assertThat(proofs.included(leaves.get(i), i, size, flipped, root)).isFalse();
    }
  }

  @Test
  void whatIsNoHashProvesNothing() {
    byte[] none = new byte[0];

    assertThat(proofs.included(none, 0, 1, List.of(), none)).isFalse();
    assertThat(proofs.included(leaves.getFirst(), 0, 2, List.of(none), leaves.getFirst()))
        .isFalse();
  }

  @Test
  void everyPrefixIsProvedConsistent() throws IOException {
    for (int second = 1; second <= SIZE_MAX; second++) {
      Proofs.Head later = new Proofs.Head(second, treeHash(leaves.subList(0, second)));
      for (int first = 1; first <= second; first++) {
        Proofs.Head earlier = new Proofs.Head(first, treeHash(leaves.subList(0, first)));
        List<byte[]> proof = proofs.consistency(first, second, this::source);
        assertThat(proofs.consistent(earlier, later, proof)).isTrue();
        Proofs.Head other = new Proofs.Head(first, hash.empty());
        assertThat(proofs.consistent(other, later, proof)).isFalse();
        assertThat(proofs.consistent(earlier, new Proofs.Head(second, hash.empty()), proof))
            .isFalse();
        List<byte[]> longer = new ArrayList<>(proof);
        longer.add(earlier.root());
        assertThat(proofs.consistent(earlier, later, longer)).isFalse();
      }
    }
  }

  @Test
  void aGrowingTreeHasTheSameRootsAndTiles() {
    List<byte[]> many = new ArrayList<>();
    List<String> tiles = new ArrayList<>();
    GrowingTree tree =
        new GrowingTree((level, index, hashes) -> {
          tiles.add(TilePath.tile(level, index, TilePath.WIDTH));
          int from = (int) index * TilePath.WIDTH;
          assertThat(hash.subtree(hashes, 0, TilePath.WIDTH))
              .isEqualTo(treeHash(many.subList(from, from + TilePath.WIDTH)));
        });
    for (int i = 0; i < 1_000; i++) {
      many.add(leaves.get(i * i % SIZE_MAX));
      tree.add(many.getLast());
      if (i % 37 == 0 || tree.size() % TilePath.WIDTH < 2) {
        assertThat(tree.root()).isEqualTo(treeHash(many));
      }
    }
    assertThat(tiles).containsExactly("tile/0/000", "tile/0/001", "tile/0/002");
    assertThat(tree.partial(0)).hasSize((1_000 - 768) * TreeHash.BYTES);
    assertThat(tree.partial(1)).hasSize(3 * TreeHash.BYTES);
  }

  @Test
  void namesTilesAsTheSpecificationDoes() {
    assertThat(TilePath.tile(0, 1_234_067, TilePath.WIDTH)).isEqualTo("tile/0/x001/x234/067");
    assertThat(TilePath.tile(2, 0, 17)).isEqualTo("tile/2/000.p/17");
    assertThat(TilePath.entries(1_000, TilePath.WIDTH)).isEqualTo("tile/entries/x001/000");
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
