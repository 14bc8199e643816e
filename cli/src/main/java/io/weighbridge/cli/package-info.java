/**
 * The command line {@code weighbridge}: for callers, operators and auditors.
 *
 * <p>Start at {@link io.weighbridge.cli.CommandTree}. One command per process, on the main thread.
 */
@NullMarked
package io.weighbridge.cli;

import org.jspecify.annotations.NullMarked;
