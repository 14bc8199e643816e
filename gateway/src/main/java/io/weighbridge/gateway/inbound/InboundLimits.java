package io.weighbridge.gateway.inbound;

import io.weighbridge.gateway.http2.Http2Limits;

/**
 * Limits on callers' connections. Immutable.
 *
 * @param connectionsMax connections of the whole process
 * @param peerConnectionsPerSecondMax new connections a second of one peer address
 * @param peerHandshakesPerSecondMax TLS handshakes a second of one peer address
 * @param handshakeNs how long a handshake may take
 * @param connectionAgeMaxNs age at which a caller is asked to connect again, give or take a tenth
 */
public record InboundLimits(
    int connectionsMax,
    int peerConnectionsPerSecondMax,
    int peerHandshakesPerSecondMax,
    long handshakeNs,
    long connectionAgeMaxNs,
    Http2Limits http2) {}
