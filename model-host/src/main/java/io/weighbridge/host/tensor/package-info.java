/**
 * Tensors of the Open Inference Protocol: from a request's bytes, and into a response.
 *
 * <p>Start at {@link io.weighbridge.host.tensor.Tensor}. Without state; any thread.
 */
@NullMarked
package io.weighbridge.host.tensor;

import org.jspecify.annotations.NullMarked;
