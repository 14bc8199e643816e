/** Tests. */
@NullMarked
package io.weighbridge.cli.predict;

import org.jspecify.annotations.NullMarked;
