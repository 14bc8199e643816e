/**
 * What single steps of a call cost, measured by JMH with the bytes each allocates.
 *
 * <p>Start at {@link io.weighbridge.benchmarks.PeekBenchmark}; run with {@code ./weighbridge
 * bench}. Each benchmark's state is confined to its one measuring thread, as on an event loop.
 */
@NullMarked
package io.weighbridge.benchmarks;

import org.jspecify.annotations.NullMarked;
