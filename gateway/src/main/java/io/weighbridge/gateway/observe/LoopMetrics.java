package io.weighbridge.gateway.observe;

import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Slots;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop counts of its calls. Confined to that loop, except for what a scrape reads;
 * nothing here locks, and nothing allocates but the first call of a version and the growth of its
 * ring.
 */
public final class LoopMetrics {
  /* 16 MB a loop: 200 models with full rings; further ones keep their last 256 calls. */
  private static final int RING_ENTRIES_PER_LOOP_MAX = 2_000_000;
  private static final int REFUSALS = Refusal.values().length;
  private static final int LAG = REFUSALS;
  private static final int QUEUED = LAG + 1;
  private static final int RETRIES = QUEUED + 1;
  private static final int STATUS_RETRIES = RETRIES + REFUSALS;
  private static final int HEDGES = STATUS_RETRIES + 1;
  private static final int RETRIES_DENIED = HEDGES + 1;
  private static final int HEDGES_DENIED = RETRIES_DENIED + 1;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle FIGURES = MethodHandles.arrayElementVarHandle(SlotFigures[].class);

  private final Slots slots;
  private final SplitRing.Budget ringBudget = new SplitRing.Budget(RING_ENTRIES_PER_LOOP_MAX);
  private final Map<String, SplitRing> ringsByModel = new HashMap<>();
  private final long[] cells = new long[HEDGES_DENIED + 1];

  // Grows by replacement; volatile so that a scrape sees a whole array. The loop itself reads it
  // once a call.
  private volatile @Nullable SlotFigures[] bySlot = new SlotFigures[0];

  LoopMetrics(Slots slots) {
    this.slots = slots;
  }

  /** A call was routed to this slot. */
  public void started(int slot) {
    figures(slot).started();
  }

  /**
   * A call counted by {@link #started} ended, exactly once.
   *
   * @param grpcCode 0 to 16; anything else is counted as UNKNOWN
   */
  public void ended(int slot, int grpcCode, long durationNs) {
    figures(slot).ended(known(grpcCode), durationNs);
  }

  /** A call counted by {@link #started} waits for a place on a host. */
  public void queued(int slot) {
    figures(slot).queued();
  }

  /** A call counted by {@link #queued} waits no more, exactly once. */
  public void unqueued(int slot, long waitedNs) {
    figures(slot).unqueued(waitedNs);
  }

  /** The gateway itself ended a call for this reason. */
  public void refused(Refusal refusal) {
    add(cell(refusal), 1);
  }

  /**
   * A call that the model's split routed ended; it counts for what {@code traffic show} calls real.
   *
   * @param endedAtNs of the process's monotonic clock, which puts the calls of all loops in order
   */
  public void splitRouted(int slot, int grpcCode, long durationNs, long endedAtNs) {
    figures(slot).ring().add(slot, grpcCode != 0, durationNs, endedAtNs);
  }

  /** How late the loop ran its last timer, and how many bytes waited for peers then. */
  public void looked(long lagNs, long queuedBytes) {
    CELL.setOpaque(cells, LAG, lagNs);
    CELL.setOpaque(cells, QUEUED, queuedBytes);
  }

  /**
   * Another host is asked, for the first one failed.
   *
   * @param why null for a status of its own
   */
  public void retried(@Nullable Refusal why) {
    add(why == null ? STATUS_RETRIES : RETRIES + cell(why), 1);
  }

  /** Another host is asked as well, for the first one is late; or is not, for want of budget. */
  public void hedged(boolean asked) {
    add(asked ? HEDGES : HEDGES_DENIED, 1);
  }

  /** No other host was asked: the model's budget is spent. */
  public void retryDenied() {
    add(RETRIES_DENIED, 1);
  }

  @SuppressWarnings("EnumOrdinal") // The number never leaves the process.
  private static int cell(Refusal refusal) {
    return refusal.ordinal();
  }

  private static int known(int grpcCode) {
    return grpcCode >= 0 && grpcCode < SlotFigures.CODES ? grpcCode : 2;
  }

  private void add(int cell, long amount) {
    CELL.setOpaque(cells, cell, cells[cell] + amount);
  }

  private SlotFigures figures(int slot) {
    @Nullable SlotFigures[] current = bySlot;
    if (slot < current.length) {
      SlotFigures figures = current[slot];
      if (figures != null) {
        return figures;
      }
    }
    return firstSight(slot);
  }

  private SlotFigures firstSight(int slot) {
    @Nullable SlotFigures[] current = bySlot;
    if (slot >= current.length) {
      current = Arrays.copyOf(current, Math.max(slot + 1, 2 * current.length));
    }
    SplitRing ring =
        ringsByModel.computeIfAbsent(slots.name(slot).model(), _ -> new SplitRing(ringBudget));
    SlotFigures figures = new SlotFigures(ring);
    FIGURES.setRelease(current, slot, figures);
    bySlot = current;
    return figures;
  }

  /** What was counted for a slot, or null when this loop never saw it. Any thread. */
  @Nullable SlotFigures read(int slot) {
    @Nullable SlotFigures[] current = bySlot;
    return slot < current.length ? (SlotFigures) FIGURES.getAcquire(current, slot) : null;
  }

  /** Refusals for a reason. Any thread. */
  long refusals(Refusal refusal) {
    return (long) CELL.getOpaque(cells, cell(refusal));
  }

  /** Second tries for a reason; null for a status of the host. Any thread. */
  long retries(@Nullable Refusal why) {
    return (long) CELL.getOpaque(cells, why == null ? STATUS_RETRIES : RETRIES + cell(why));
  }

  /** Second tries there was no budget for. Any thread. */
  long retriesDenied() {
    return (long) CELL.getOpaque(cells, RETRIES_DENIED);
  }

  /** Second tries while the first went on. Any thread. */
  long hedges() {
    return (long) CELL.getOpaque(cells, HEDGES);
  }

  /** Those there was no budget for. Any thread. */
  long hedgesDenied() {
    return (long) CELL.getOpaque(cells, HEDGES_DENIED);
  }

  /** The last lag told. Any thread. */
  long lagNs() {
    return (long) CELL.getOpaque(cells, LAG);
  }

  /** Bytes that waited for peers at the last look. Any thread. */
  long queuedBytes() {
    return (long) CELL.getOpaque(cells, QUEUED);
  }
}
