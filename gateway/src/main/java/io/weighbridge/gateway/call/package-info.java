/**
 * The words every stage shares: who calls, what was refused, what a call is routed to and which
 * hosts may answer it.
 *
 * <p>Start at {@link io.weighbridge.gateway.call.Target}. Everything here is immutable.
 */
@NullMarked
package io.weighbridge.gateway.call;

import org.jspecify.annotations.NullMarked;
