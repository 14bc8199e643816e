package io.weighbridge.gateway.upstream;

import io.weighbridge.gateway.http2.Http2Limits;

/**
 * Limits towards hosts. Immutable.
 *
 * @param connectionsMax connections of one event loop to one host
 * @param queueCallsMax calls that wait for a stream to one host, per event loop
 * @param connectNs how long connecting may take, settings included; with TLS, each of the
 *     connection, the handshake and the settings
 * @param backoffMaxNs longest pause between two attempts to connect
 * @param connectionAgeMaxNs age at which a connection is replaced
 */
public record UpstreamLimits(
    int connectionsMax,
    int queueCallsMax,
    long connectNs,
    long backoffMaxNs,
    long connectionAgeMaxNs,
    Http2Limits http2) {}
