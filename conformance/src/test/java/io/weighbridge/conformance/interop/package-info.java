/**
 * Stock gRPC clients against stock servers, with a whole gateway between them. Start at {@link
 * io.weighbridge.conformance.interop.InteropTest}. Test code only.
 */
@NullMarked
package io.weighbridge.conformance.interop;

import org.jspecify.annotations.NullMarked;
