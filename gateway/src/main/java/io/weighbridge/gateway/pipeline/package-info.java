/**
 * The path of a call, end to end: the only place that knows the order of the stages.
 *
 * <p>Start at {@link io.weighbridge.gateway.pipeline.ProxyCall}. A call is confined to the event
 * loop of its caller's connection.
 */
@NullMarked
package io.weighbridge.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
