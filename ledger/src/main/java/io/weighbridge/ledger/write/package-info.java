/**
 * The writing side: lanes that survive SIGKILL, the sealer that turns them into a signed tree, and
 * recovery.
 *
 * <p>Start at {@link io.weighbridge.ledger.write.LedgerFiles}. Each lane belongs to one thread; one
 * sealer thread owns the journal, the tree and every other file but those it hands to the settler.
 */
@NullMarked
package io.weighbridge.ledger.write;

import org.jspecify.annotations.NullMarked;
