/**
 * How people change and see a gateway: the admin API, keys, and the tables the path works with.
 *
 * <p>Start at {@link io.weighbridge.gateway.control.ControlPlane}. Admin calls run on virtual
 * threads, changes on the thread {@code state-writer}; what is published is immutable.
 */
@NullMarked
package io.weighbridge.gateway.control;

import org.jspecify.annotations.NullMarked;
