/** Tests. */
@NullMarked
package io.weighbridge.cli.terminal;

import org.jspecify.annotations.NullMarked;
