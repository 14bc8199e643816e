/**
 * Where callers connect: listeners, event loops, and who may open how many connections.
 *
 * <p>Start at {@link io.weighbridge.gateway.inbound.PredictPort}. A connection is confined to its
 * event loop; what counts peers is thread-safe.
 */
@NullMarked
package io.weighbridge.gateway.inbound;

import org.jspecify.annotations.NullMarked;
