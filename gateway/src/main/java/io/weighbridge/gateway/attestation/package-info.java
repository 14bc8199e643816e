/**
 * Which hosts prove which model bytes, asked again and again, and what follows from it: the host
 * table the path reads, quarantine, alarms and records.
 *
 * <p>Start at {@link io.weighbridge.gateway.attestation.Attestations}. Each host is asked from a
 * virtual thread of its own; what is known of all hosts stands under one lock that event loops
 * never take; {@link io.weighbridge.gateway.attestation.DigestCheck} is the only part on the path.
 */
@NullMarked
package io.weighbridge.gateway.attestation;

import org.jspecify.annotations.NullMarked;
