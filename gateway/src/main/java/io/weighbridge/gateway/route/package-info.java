/**
 * Which version answers: a function of the table, the caller, the key or draw, and the request
 * alone.
 *
 * <p>Start at {@link io.weighbridge.gateway.route.RouteTable}. Tables are immutable; draws are
 * confined to an event loop.
 */
@NullMarked
package io.weighbridge.gateway.route;

import org.jspecify.annotations.NullMarked;
