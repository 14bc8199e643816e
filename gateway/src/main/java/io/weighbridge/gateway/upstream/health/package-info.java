/**
 * Which hosts calls should keep away from for a while, and which they should prefer.
 *
 * <p>Start at {@link io.weighbridge.gateway.upstream.health.HostHealth}. Event loops count into
 * their own {@link io.weighbridge.gateway.upstream.health.LoopHealth}; the thread {@code
 * host-health} reads that every 100 ms, judges, and publishes {@link
 * io.weighbridge.gateway.upstream.health.Standings}, which are immutable.
 */
@NullMarked
package io.weighbridge.gateway.upstream.health;

import org.jspecify.annotations.NullMarked;
