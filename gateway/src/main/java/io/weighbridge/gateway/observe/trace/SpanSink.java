package io.weighbridge.gateway.observe.trace;

/** Takes the spans of sampled calls. Thread-safe; never blocks. */
@FunctionalInterface
public interface SpanSink {
  /** Takes none: tracing is off. */
  SpanSink NONE = _ -> {};

  /** Takes a span, or counts it as dropped. */
  void record(FinishedSpan span);
}
