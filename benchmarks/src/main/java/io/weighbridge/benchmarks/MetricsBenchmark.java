package io.weighbridge.benchmarks;

import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.observe.CallMetrics;
import io.weighbridge.gateway.observe.LoopMetrics;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Counting one call that the split routed, from start to end. Confined to the measuring thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class MetricsBenchmark {
  private static final long DURATION_NS = 3_000_000;

  /** Models that get calls in turn. */
  @Param({"1", "10000"})
  public int models;

  private LoopMetrics metrics = new CallMetrics(1, new Slots()).loop(0);
  private int[] slots = {};
  private int next;
  private long nowNs;

  /** Every model has been seen before. */
  @Setup
  public void setUp() {
    Slots names = new Slots();
    metrics = new CallMetrics(1, names).loop(0);
    slots = new int[models];
    for (int i = 0; i < models; i++) {
      slots[i] = names.of("m" + i, "1");
      call(slots[i]);
    }
  }

  private void call(int slot) {
    nowNs += DURATION_NS;
    metrics.started(slot);
    metrics.ended(slot, 0, DURATION_NS);
    metrics.splitRouted(slot, 0, DURATION_NS, nowNs);
  }

  /** All that is counted of a call that is answered. */
  @Benchmark
  public LoopMetrics call() {
    call(slots[next]);
    next = next + 1 == models ? 0 : next + 1;
    return metrics;
  }
}
