package io.weighbridge.gateway.http2;

/**
 * What a peer may ask of a connection. Immutable.
 *
 * @param streamsMax streams the peer may have open at once
 * @param streamWindowBytes bytes a stream may send ahead of credit
 * @param connectionWindowBytes bytes all streams together may have in flight
 * @param headerListBytesMax size of a header list (RFC 9113 section 6.5.2)
 * @param resetsPerSecondMax resets of the peer that are put up with
 * @param controlFramesPerSecondMax pings, settings, window updates and priorities together
 * @param queuedBytesMax bytes that may wait for the peer's windows, all streams together; beyond,
 *     the stream stuck longest is reset
 * @param writeStallNs how long a peer may take none of the bytes waiting for it
 * @param frameTimeoutNs how long a frame, the preface included, may take to arrive completely
 * @param silenceNs how long a server that owes answers may say nothing before it is asked whether
 *     it is there, and then once more that long before its connection is closed
 */
public record Http2Limits(
    int streamsMax,
    int streamWindowBytes,
    int connectionWindowBytes,
    int headerListBytesMax,
    int resetsPerSecondMax,
    int controlFramesPerSecondMax,
    long queuedBytesMax,
    long writeStallNs,
    long frameTimeoutNs,
    long silenceNs) {}
