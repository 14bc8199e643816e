/** Tests of {@code io.weighbridge.host.tensor}. */
@NullMarked
package io.weighbridge.host.tensor;

import org.jspecify.annotations.NullMarked;
