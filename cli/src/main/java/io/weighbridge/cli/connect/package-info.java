/**
 * How a command finds a gateway, proves who it is, and understands its refusals.
 *
 * <p>Start at {@link io.weighbridge.cli.connect.AdminOptions}. Confined to the main thread.
 */
@NullMarked
package io.weighbridge.cli.connect;

import org.jspecify.annotations.NullMarked;
