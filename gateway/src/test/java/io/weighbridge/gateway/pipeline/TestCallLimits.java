package io.weighbridge.gateway.pipeline;

/** Limits of a call that are unlike {@link PathHarness#limits} in one thing. */
final class TestCallLimits {
  private TestCallLimits() {}

  /** A caller may be silent for that long. */
  static CallLimits impatient(long bodyIdleMaxNs) {
    CallLimits usual = PathHarness.limits();
    return with(usual.retryBodyBytesMax(), usual.callDurationMaxNs(), bodyIdleMaxNs);
  }

  /** A call may take that long. */
  static CallLimits shortCalls(long callDurationMaxNs) {
    CallLimits usual = PathHarness.limits();
    return with(usual.retryBodyBytesMax(), callDurationMaxNs, usual.bodyIdleMaxNs());
  }

  /** That much is kept for a second try. */
  static CallLimits roomyForRetries(int retryBodyBytesMax) {
    CallLimits usual = PathHarness.limits();
    return with(retryBodyBytesMax, usual.callDurationMaxNs(), usual.bodyIdleMaxNs());
  }

  private static CallLimits with(
      int retryBodyBytesMax, long callDurationMaxNs, long bodyIdleMaxNs) {
    CallLimits usual = PathHarness.limits();
    return new CallLimits(
        usual.messageBytesMax(),
        usual.peekBytesMax(),
        retryBodyBytesMax,
        usual.streamWindowBytes(),
        callDurationMaxNs,
        bodyIdleMaxNs,
        usual.inflatedBytesMax(),
        usual.inflatingBytesMax(),
        usual.streams());
  }
}
