package io.weighbridge.gateway.observe;

import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Slots;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Everything the gateway counts: one {@link LoopMetrics} per event loop, and tallies of rarer
 * events. Thread-safe; each loop's part is confined to it.
 */
public final class CallMetrics {
  private final Slots slots;
  private final List<LoopMetrics> loops;
  private final Map<Metric, LongAdder> tallies = new EnumMap<>(Metric.class);

  /** Makes the figures of this many event loops. */
  public CallMetrics(int loopCount, Slots slots) {
    this.slots = slots;
    List<LoopMetrics> made = new ArrayList<>();
    for (int i = 0; i < loopCount; i++) {
      made.add(new LoopMetrics(slots));
    }
    this.loops = List.copyOf(made);
    for (Metric metric : Metric.values()) {
      if (metric.tallied()) {
        tallies.put(metric, new LongAdder());
      }
    }
  }

  /** What the loop of this index writes. */
  public LoopMetrics loop(int index) {
    return loops.get(index);
  }

  /**
   * The adder of a {@link Metric#tallied} metric, for any thread; keep it rather than ask again.
   */
  public LongAdder tally(Metric metric) {
    LongAdder adder = tallies.get(metric);
    if (adder == null) {
      throw new IllegalArgumentException(metric + " is computed, not tallied");
    }
    return adder;
  }

  /** Numbers of the versions that are counted. */
  public Slots slots() {
    return slots;
  }

  List<LoopMetrics> loops() {
    return loops;
  }

  /** What all loops counted for a slot. */
  SlotFigures.Total total(int slot) {
    SlotFigures.Total total = new SlotFigures.Total();
    for (LoopMetrics loop : loops) {
      SlotFigures figures = loop.read(slot);
      if (figures != null) {
        figures.addTo(total);
      }
    }
    return total;
  }

  /** What all loops counted of the calls of a slot. */
  public VersionCalls calls(int slot) {
    SlotFigures.Total total = total(slot);
    long ok = total.byCode[0];
    return new VersionCalls(ok, total.sumNs - total.failedNs, total.ended - ok, total.failedNs);
  }

  /** Calls of a slot that wait for a place on a host. */
  public long waiting(int slot) {
    return total(slot).waiting();
  }

  long retries(@Nullable Refusal why) {
    return sum(loop -> loop.retries(why));
  }

  long retriesDenied() {
    return sum(LoopMetrics::retriesDenied);
  }

  long hedges() {
    return sum(LoopMetrics::hedges);
  }

  long hedgesDenied() {
    return sum(LoopMetrics::hedgesDenied);
  }

  private long sum(ToLongFunction<LoopMetrics> of) {
    return loops.stream().mapToLong(of).sum();
  }

  /** Calls the gateway itself ended for this reason. */
  public long refusals(Refusal refusal) {
    return sum(loop -> loop.refusals(refusal));
  }
}
