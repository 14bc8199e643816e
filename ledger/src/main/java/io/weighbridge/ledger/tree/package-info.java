/**
 * The Merkle tree of RFC 6962 in the tile layout of C2SP tlog-tiles: hashes, paths and proofs,
 * without any file.
 *
 * <p>Start at {@link io.weighbridge.ledger.tree.Proofs}. Everything is confined to its caller's
 * thread.
 */
@NullMarked
package io.weighbridge.ledger.tree;

import org.jspecify.annotations.NullMarked;
