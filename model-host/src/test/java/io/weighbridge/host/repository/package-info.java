/** Tests of {@code io.weighbridge.host.repository}. */
@NullMarked
package io.weighbridge.host.repository;

import org.jspecify.annotations.NullMarked;
