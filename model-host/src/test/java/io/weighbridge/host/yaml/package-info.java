/** Tests of {@code io.weighbridge.host.yaml}. */
@NullMarked
package io.weighbridge.host.yaml;

import org.jspecify.annotations.NullMarked;
