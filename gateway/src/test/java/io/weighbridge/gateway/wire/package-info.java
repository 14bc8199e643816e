/**
 * HTTP/2 by hand, for tests: frames and header blocks made byte by byte, right or wrong, and a
 * blocking socket to send them through. Shares no code with the gateway's own HTTP/2.
 *
 * <p>Start at {@link io.weighbridge.gateway.wire.RawPeer}. Everything is confined to the test's
 * thread.
 */
@NullMarked
package io.weighbridge.gateway.wire;

import org.jspecify.annotations.NullMarked;
