/**
 * The reading side: an auditor needs a directory and a public key, no gateway.
 *
 * <p>Start at {@link io.weighbridge.ledger.read.LedgerReader} to look at records, {@link
 * io.weighbridge.ledger.read.LedgerVerifier} to judge a ledger, {@link
 * io.weighbridge.ledger.read.Receipt} for proofs that travel. Everything is confined to its
 * caller's thread and reads only regular files that no symbolic link leads to.
 */
@NullMarked
package io.weighbridge.ledger.read;

import org.jspecify.annotations.NullMarked;
