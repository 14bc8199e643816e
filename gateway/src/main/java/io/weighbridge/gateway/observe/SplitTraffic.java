package io.weighbridge.gateway.observe;

import io.weighbridge.gateway.call.Slots;
import java.util.Arrays;
import java.util.List;

/**
 * What became of a model's last calls that its split routed, up to 10,000 over all event loops.
 * Thread-safe; the cost is the reader's.
 */
public final class SplitTraffic {
  private static final long PPM = 1_000_000;
  private static final Figures NOTHING = new Figures(0, 0, 0, 0, 0, 0);

  private final CallMetrics metrics;

  /** Reads from these figures. */
  public SplitTraffic(CallMetrics metrics) {
    this.metrics = metrics;
  }

  /**
   * A version's part in its model's last calls.
   *
   * @param modelCalls calls looked at, of all versions
   * @param calls of those, this version's
   * @param sharePpm calls of modelCalls, parts per million
   * @param errorPpm of the version's calls, those that ended other than OK
   * @param p50Ns of the version's calls that ended OK, within 1.6 %; 0 when there were none
   */
  public record Figures(
      int modelCalls, int calls, long sharePpm, long errorPpm, long p50Ns, long p99Ns) {}

  /** The figures of a slot handed out before. */
  public Figures figures(int slot) {
    long[] entries = newest(gather(metrics.slots().name(slot).model()));
    long[] durationsNs = new long[entries.length];
    int calls = 0;
    int answered = 0;
    for (long entry : entries) {
      if (SplitRing.slot(entry) != slot) {
        continue;
      }
      calls++;
      if (!SplitRing.failed(entry)) {
        durationsNs[answered++] = SplitRing.durationNs(entry);
      }
    }
    if (calls == 0) {
      return entries.length == 0 ? NOTHING : new Figures(entries.length, 0, 0, 0, 0, 0);
    }
    Arrays.sort(durationsNs, 0, answered);
    return new Figures(
        entries.length,
        calls,
        calls * PPM / entries.length,
        (calls - answered) * PPM / calls,
        quantile(durationsNs, answered, 0.50),
        quantile(durationsNs, answered, 0.99));
  }

  private static long quantile(long[] sorted, int size, double quantile) {
    return size == 0 ? 0 : sorted[(int) Math.ceil(quantile * size) - 1];
  }

  private long[] gather(String model) {
    long[] all = new long[0];
    List<Slots.Name> names = metrics.slots().names();
    for (LoopMetrics loop : metrics.loops()) {
      long[] part = ringOf(loop, names, model);
      int size = all.length;
      all = Arrays.copyOf(all, size + part.length);
      System.arraycopy(part, 0, all, size, part.length);
    }
    return all;
  }

  /** A model's versions share one ring per loop: the first version the loop saw leads to it. */
  private static long[] ringOf(LoopMetrics loop, List<Slots.Name> names, String model) {
    int slot = 0;
    for (Slots.Name name : names) {
      SlotFigures figures = name.model().equals(model) ? loop.read(slot) : null;
      if (figures != null) {
        return figures.ring().copy();
      }
      slot++;
    }
    return new long[0];
  }

  private static long[] newest(long[] entries) {
    if (entries.length <= SplitRing.ENTRIES_MAX) {
      return entries;
    }
    int reference = SplitRing.endedAtMs(entries[0]);
    for (int i = 0; i < entries.length; i++) {
      int laterMs = SplitRing.endedAtMs(entries[i]) - reference;
      entries[i] = ((long) laterMs << 32) | (entries[i] & 0xffff_ffffL);
    }
    Arrays.sort(entries);
    return Arrays.copyOfRange(entries, entries.length - SplitRing.ENTRIES_MAX, entries.length);
  }
}
