/** Other ways to build a gRPC proxy in Java, to be measured beside the gateway. */
@NullMarked
package io.weighbridge.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
