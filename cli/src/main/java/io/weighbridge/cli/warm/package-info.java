/**
 * The warm start: a gateway practises on calls once, and what the JVM learned from them is kept for
 * those that follow.
 *
 * <p>Start at {@link io.weighbridge.cli.warm.WarmStart}, which runs on the main thread.
 */
@NullMarked
package io.weighbridge.cli.warm;

import org.jspecify.annotations.NullMarked;
