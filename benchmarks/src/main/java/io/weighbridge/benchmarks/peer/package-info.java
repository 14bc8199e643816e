/**
 * What the measuring scripts start beside the gateway: another proxy in Java, and a busy operator.
 */
@NullMarked
package io.weighbridge.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
