/**
 * Signed notes and tree checkpoints by C2SP signed-note and tlog-checkpoint, Ed25519 only.
 *
 * <p>Start at {@link io.weighbridge.ledger.note.Checkpoint}. Everything here is immutable.
 */
@NullMarked
package io.weighbridge.ledger.note;

import org.jspecify.annotations.NullMarked;
