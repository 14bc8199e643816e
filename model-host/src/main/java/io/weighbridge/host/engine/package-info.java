/**
 * Models in memory, run by DJL: a graph takes tensors and gives tensors, a text encoder stands
 * before it.
 *
 * <p>Start at {@link io.weighbridge.host.engine.Engines}. Graphs and encoders are thread-safe;
 * their owner closes them after the last call.
 */
@NullMarked
package io.weighbridge.host.engine;

import org.jspecify.annotations.NullMarked;
