/**
 * What operators decided: models, traffic, keys and hosts, kept in SQLite and changed only together
 * with the record that says so.
 *
 * <p>Start at {@link io.weighbridge.gateway.control.state.Changes}. Snapshots are immutable; the
 * database belongs to one platform thread, {@code state-writer}.
 */
@NullMarked
package io.weighbridge.gateway.control.state;

import org.jspecify.annotations.NullMarked;
