/**
 * gRPC over HTTP/2: message framing, status, timeouts and the rules for metadata.
 *
 * <p>Start at {@link io.weighbridge.gateway.grpc.MessageFraming}. Objects are confined to a call's
 * event loop unless they are immutable.
 */
@NullMarked
package io.weighbridge.gateway.grpc;

import org.jspecify.annotations.NullMarked;
