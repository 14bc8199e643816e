/** Tests of {@code io.weighbridge.host.serve}. */
@NullMarked
package io.weighbridge.host.serve;

import org.jspecify.annotations.NullMarked;
