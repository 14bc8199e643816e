/**
 * Asks hosts whether they are ready, without a call of anybody's.
 *
 * <p>Start at {@link io.weighbridge.gateway.upstream.check.HostChecks}. The thread {@code
 * host-check} alone decides whom to ask and what answers mean; it tells {@link
 * io.weighbridge.gateway.upstream.health.HostHealth}. Event loops of calls take no part.
 */
@NullMarked
package io.weighbridge.gateway.upstream.check;

import org.jspecify.annotations.NullMarked;
