/**
 * What calls may take of what there is.
 *
 * <p>Start at {@link io.weighbridge.gateway.admission.Admission}, which belongs to one event loop
 * and is confined to it; what loops share says so.
 */
@NullMarked
package io.weighbridge.gateway.admission;

import org.jspecify.annotations.NullMarked;
