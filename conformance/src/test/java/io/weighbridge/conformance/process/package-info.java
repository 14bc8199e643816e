/**
 * Programs of the house as processes of a test's. Start at {@link
 * io.weighbridge.conformance.process.GatewayProcess}. Thread-safe.
 */
@NullMarked
package io.weighbridge.conformance.process;

import org.jspecify.annotations.NullMarked;
