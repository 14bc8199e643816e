/**
 * What calls may take of what there is.
 *
 * <p>Start at {@link io.weighbridge.gateway.admission.RetryBudget}. Everything here belongs to one
 * event loop and is confined to it.
 */
@NullMarked
package io.weighbridge.gateway.admission;

import org.jspecify.annotations.NullMarked;
