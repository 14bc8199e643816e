/**
 * The audit log that proves itself: lanes, sealer, tree, checkpoints, and everything that reads
 * them again.
 *
 * <p>Start at {@link io.weighbridge.ledger.Lane}. Each lane belongs to one thread; one sealer
 * thread owns every file.
 */
@NullMarked
package io.weighbridge.ledger;

import org.jspecify.annotations.NullMarked;
