/**
 * Connections to model hosts: which host takes a call, and on which connection of this event loop.
 *
 * <p>Start at {@link io.weighbridge.gateway.upstream.Upstream}. One per event loop, and all of it
 * is confined to that loop.
 */
@NullMarked
package io.weighbridge.gateway.upstream;

import org.jspecify.annotations.NullMarked;
