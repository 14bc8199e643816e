/**
 * The gateway process: its main class and its wiring.
 *
 * <p>Start at {@link io.weighbridge.gateway.GatewayServer}, which makes every object once, in the
 * order of the path.
 */
@NullMarked
package io.weighbridge.gateway;

import org.jspecify.annotations.NullMarked;
