/**
 * Who calls: from credentials on the wire to a {@link io.weighbridge.gateway.call.Caller}.
 *
 * <p>Start at {@link io.weighbridge.gateway.identity.KeyTable}. Tables are immutable.
 */
@NullMarked
package io.weighbridge.gateway.identity;

import org.jspecify.annotations.NullMarked;
