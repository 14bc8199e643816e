/**
 * What must hold for the tree as a whole: how its sources look, which way they depend on each
 * other.
 *
 * <p>Start at {@link io.weighbridge.conformance.TidyTest} and {@link
 * io.weighbridge.conformance.ArchitectureTest}; what clients notice is tested in {@link
 * io.weighbridge.conformance.interop}. Test code only; confined to one thread.
 */
@NullMarked
package io.weighbridge.conformance;

import org.jspecify.annotations.NullMarked;
