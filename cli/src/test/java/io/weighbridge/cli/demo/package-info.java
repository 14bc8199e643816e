/** Tests. */
@NullMarked
package io.weighbridge.cli.demo;

import org.jspecify.annotations.NullMarked;
