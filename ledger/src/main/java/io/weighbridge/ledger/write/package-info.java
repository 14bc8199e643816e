/**
 * The writing side: lanes that survive SIGKILL, what turns them into a signed tree, and recovery.
 *
 * <p>Start at {@link io.weighbridge.ledger.write.LedgerFiles}. Each lane belongs to one thread.
 * Three more stand in a row behind the lanes: the sealer owns the journal, the grower tree, tiles
 * and checkpoints, the settler syncs tiles and drops what they replace.
 */
@NullMarked
package io.weighbridge.ledger.write;

import org.jspecify.annotations.NullMarked;
