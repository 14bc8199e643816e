package io.weighbridge.gateway.observe.trace;

import io.netty.util.AsciiString;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Begins the trace of each call of one event loop: takes the caller's context or makes a new one,
 * and decides what is sampled. Confined to the loop.
 *
 * <p>The decision is parent-based: a caller's flag is followed; without a caller's context this
 * share of traces is sampled, chosen by trace id as OpenTelemetry's ratio sampler chooses.
 */
public final class TraceStart {
  /** What is sampled unless the configuration says otherwise. */
  public static final double RATIO_DEFAULT = 0.01;

  private final RandomGenerator random;
  private final boolean exporting;
  private final long sampledBelow;

  private TraceStart(RandomGenerator random, boolean exporting, double ratio) {
    this.random = random;
    this.exporting = exporting;
    this.sampledBelow = (long) (ratio * Long.MAX_VALUE);
  }

  /**
   * Tracing to a collector.
   *
   * @param ratio share of traces begun here that are sampled, 0 to 1
   */
  public static TraceStart exporting(RandomGenerator random, double ratio) {
    if (!(ratio >= 0 && ratio <= 1)) {
      throw new IllegalArgumentException("sampling ratio " + ratio + " is not within 0 and 1");
    }
    return new TraceStart(random, true, ratio);
  }

  /**
   * No collector: a caller's context passes unchanged (a span of ours would be missing in its
   * trace), and calls without one have none.
   */
  public static TraceStart passing(RandomGenerator random) {
    return new TraceStart(random, false, 0);
  }

  /**
   * Fills the context of a new call.
   *
   * @param traceparent the caller's header, or null; an invalid one counts as none
   */
  public void begin(TraceContext context, @Nullable AsciiString traceparent) {
    context.clear();
    context.inherited = traceparent != null && context.parse(traceparent);
    if (!exporting) {
      if (traceparent != null && context.inherited) {
        context.passOn(traceparent);
      }
      return;
    }
    if (!context.inherited) {
      context.traceIdHigh = random.nextLong();
      context.traceIdLow = nonZero();
      boolean sampled = (context.traceIdLow & Long.MAX_VALUE) < sampledBelow;
      context.flags = sampled ? TraceContext.SAMPLED : 0;
    }
    context.spanId = nonZero();
    context.exported = context.flags != 0;
  }

  private long nonZero() {
    long value = random.nextLong();
    return value != 0 ? value : 1;
  }
}
