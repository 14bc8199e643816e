/**
 * What a person at a terminal, or a script, gets from a command: tables, colours, structured
 * output, errors and exit codes.
 *
 * <p>Start at {@link io.weighbridge.cli.terminal.Console}. Confined to the main thread unless a
 * class says otherwise.
 */
@NullMarked
package io.weighbridge.cli.terminal;

import org.jspecify.annotations.NullMarked;
