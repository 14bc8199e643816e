/**
 * The host's gRPC services and what stands before them: limits, metadata rules, headers, counters.
 *
 * <p>Start at {@link io.weighbridge.host.serve.HostServer}. Calls arrive on grpc-java's call
 * threads; inference runs on the worker pool's.
 */
@NullMarked
package io.weighbridge.host.serve;

import org.jspecify.annotations.NullMarked;
