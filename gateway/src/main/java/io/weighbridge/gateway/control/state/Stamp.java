package io.weighbridge.gateway.control.state;

import io.weighbridge.ledger.RecordId;

/**
 * When a change happened and under which numbers. Immutable.
 *
 * @param epoch of the route table once the change is in force
 */
record Stamp(RecordId recordId, long epoch, long atUnixNs) {}
