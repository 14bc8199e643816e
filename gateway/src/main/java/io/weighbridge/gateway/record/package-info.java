/**
 * The record of a call on its way into the lane.
 *
 * <p>Start at {@link io.weighbridge.gateway.record.Recorder}. Confined to an event loop.
 */
@NullMarked
package io.weighbridge.gateway.record;

import org.jspecify.annotations.NullMarked;
