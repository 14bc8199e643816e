package io.weighbridge.host.serve;

/**
 * The host's limits: section {@code limits} of host.yaml. Immutable.
 *
 * @param messageBytesMax one request message
 * @param requestHeapBytesMax heap that all requests take, from before they are parsed until
 *     answered
 * @param headerBytesMax the header list of one call
 * @param streamsMax calls at once on one connection
 * @param connectionsMax connections at once
 * @param resetsPerMinuteMax streams a peer may reset per minute and connection
 * @param queueMax predictions that wait for a worker
 * @param drainSeconds how long calls in flight may take when the process is told to stop
 * @param attestationsPerSecondMax challenges answered per second, all gateways together
 */
public record Limits(
    int messageBytesMax,
    long requestHeapBytesMax,
    int headerBytesMax,
    int streamsMax,
    int connectionsMax,
    int resetsPerMinuteMax,
    int queueMax,
    int drainSeconds,
    int attestationsPerSecondMax) {

  /** What holds where the configuration says nothing. */
  public static final Limits DEFAULTS =
      new Limits(
          64 << 20, Runtime.getRuntime().maxMemory() / 4, 16 << 10, 256, 1024, 6000, 256, 30, 20);
}
