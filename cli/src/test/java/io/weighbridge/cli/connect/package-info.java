/** Tests. */
@NullMarked
package io.weighbridge.cli.connect;

import org.jspecify.annotations.NullMarked;
