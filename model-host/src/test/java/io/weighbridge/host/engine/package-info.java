/** Tests of {@code io.weighbridge.host.engine}. */
@NullMarked
package io.weighbridge.host.engine;

import org.jspecify.annotations.NullMarked;
