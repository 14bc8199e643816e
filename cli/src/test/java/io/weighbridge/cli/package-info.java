/** Tests of the command line, against an admin listener that answers from memory. */
@NullMarked
package io.weighbridge.cli;

import org.jspecify.annotations.NullMarked;
