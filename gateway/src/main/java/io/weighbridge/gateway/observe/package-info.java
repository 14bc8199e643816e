/**
 * What the gateway counts and shows: call figures per event loop, the metrics page, live and ready.
 *
 * <p>Start at {@link io.weighbridge.gateway.observe.CallMetrics}. Event loops write their own
 * {@link io.weighbridge.gateway.observe.LoopMetrics} without locks; scrapes add them up.
 */
@NullMarked
package io.weighbridge.gateway.observe;

import org.jspecify.annotations.NullMarked;
