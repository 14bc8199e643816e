/**
 * Calling a model as any caller does: the stock stubs of the Open Inference Protocol, and what a
 * caller can keep of each call.
 *
 * <p>Start at {@link io.weighbridge.cli.predict.PredictClient}, which is thread-safe; commands are
 * confined to the main thread.
 */
@NullMarked
package io.weighbridge.cli.predict;

import org.jspecify.annotations.NullMarked;
