/**
 * Commands of operators, over {@code weighbridge.admin.v1}: traffic, hosts, keys.
 *
 * <p>Start at {@link io.weighbridge.cli.admin.TrafficSet}. Confined to the main thread.
 */
@NullMarked
package io.weighbridge.cli.admin;

import org.jspecify.annotations.NullMarked;
