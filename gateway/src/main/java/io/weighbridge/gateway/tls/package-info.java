/**
 * What sockets speak TLS with: contexts that follow the certificates in their files.
 *
 * <p>Start at {@link io.weighbridge.gateway.tls.TlsContexts}. Thread-safe: any thread makes
 * connections with what was read last.
 */
@NullMarked
package io.weighbridge.gateway.tls;

import org.jspecify.annotations.NullMarked;
