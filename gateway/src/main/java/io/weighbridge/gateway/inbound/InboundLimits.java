package io.weighbridge.gateway.inbound;

import io.weighbridge.gateway.http2.Http2Limits;

/**
 * Limits on callers' connections. Immutable.
 *
 * @param connectionsMax connections of the whole process
 * @param peerConnectionsPerSecondMax new connections a second of one peer address
 */
public record InboundLimits(
    int connectionsMax, int peerConnectionsPerSecondMax, Http2Limits http2) {}
