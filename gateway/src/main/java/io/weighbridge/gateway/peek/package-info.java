/**
 * What a request asks for, read from its protobuf bytes as they arrive: no parse, no copy of
 * tensors.
 *
 * <p>Start at {@link io.weighbridge.gateway.peek.Peek}. A peek is confined to the event loop of its
 * call; {@link io.weighbridge.gateway.peek.ParameterNames} is immutable.
 */
@NullMarked
package io.weighbridge.gateway.peek;

import org.jspecify.annotations.NullMarked;
