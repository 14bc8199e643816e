/**
 * Commands of auditors, over a ledger's directory alone: no gateway is asked.
 *
 * <p>Start at {@link io.weighbridge.cli.audit.AuditVerify}. Confined to the main thread.
 */
@NullMarked
package io.weighbridge.cli.audit;

import org.jspecify.annotations.NullMarked;
