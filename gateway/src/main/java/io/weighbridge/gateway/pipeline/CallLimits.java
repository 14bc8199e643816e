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
 * @param inflatedBytesMax length of a compressed request once it is inflated
 * @param inflatingBytesMax what requests being inflated on one event loop may hold together
 * @param streams limits of calls with any number of messages
 */
public record CallLimits(
    int messageBytesMax,
    int peekBytesMax,
    int retryBodyBytesMax,
    int streamWindowBytes,
    long callDurationMaxNs,
    long bodyIdleMaxNs,
    int inflatedBytesMax,
    long inflatingBytesMax,
    Streams streams) {

  /**
   * Limits of one call with any number of messages. Immutable.
   *
   * @param durationMaxNs longest such call, whatever deadline the caller asks for
   * @param idleMaxNs longest time without a message either way
   * @param drainMaxNs how long it goes on where a new one would not be routed
   * @param unansweredMax requests that may wait for an answer
   */
  public record Streams(long durationMaxNs, long idleMaxNs, long drainMaxNs, int unansweredMax) {}
}
