package io.weighbridge.ledger.tree;

import java.io.IOException;

/** Where proofs find the hashes of complete subtrees. */
@FunctionalInterface
public interface HashSource {

  /**
   * The hash of the complete subtree over the leaves {@code index * 2^height} to {@code (index + 1)
   * * 2^height - 1}.
   */
  byte[] hash(int height, long index) throws IOException;
}
