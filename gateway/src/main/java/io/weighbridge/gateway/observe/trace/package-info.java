/**
 * Spans of calls: W3C trace context in and out, and an exporter for the sampled ones.
 *
 * <p>Start at {@link io.weighbridge.gateway.observe.trace.TraceContext}. Contexts belong to a call
 * and its event loop; sinks take finished spans from any loop.
 */
@NullMarked
package io.weighbridge.gateway.observe.trace;

import org.jspecify.annotations.NullMarked;
