package io.weighbridge.gateway.observe.trace;

/**
 * One sampled call that ended. Immutable.
 *
 * @param startedAtUnixNs first byte of the call
 * @param endedAtUnixNs its end, later by the monotonic duration
 * @param method full method without the leading slash
 */
public record FinishedSpan(
    Ids ids, long startedAtUnixNs, long endedAtUnixNs, String method, Outcome outcome) {

  /**
   * Where the span stands.
   *
   * @param parentSpanId 0 when the trace began here
   */
  public record Ids(long traceIdHigh, long traceIdLow, long spanId, long parentSpanId) {}

  /**
   * What became of the call. Texts are empty where nothing applies.
   *
   * @param reason why the gateway itself ended it
   * @param recordId its record in the audit log, as text
   */
  public record Outcome(
      int grpcCode, String reason, String model, String version, String hostId, String recordId) {}
}
