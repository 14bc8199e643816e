package io.weighbridge.gateway.pipeline;

/**
 * Limits of one call. Immutable.
 *
 * @param messageBytesMax length of a message either way
 * @param retryBodyBytesMax longest request that is kept for a second try
 * @param streamWindowBytes window of a caller's stream: what may be kept of a request before it is
 *     forwarded
 * @param callDurationMaxNs longest call, whatever deadline the caller asks for
 * @param bodyIdleMaxNs longest silence of a caller within its request
 */
public record CallLimits(
    int messageBytesMax,
    int peekBytesMax,
    int retryBodyBytesMax,
    int streamWindowBytes,
    long callDurationMaxNs,
    long bodyIdleMaxNs) {}
