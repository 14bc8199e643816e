package io.weighbridge.gateway.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one event loop counted for one version. Written by that loop alone; read by any thread.
 *
 * <p>Every cell has one writer, so an increment is a plain read and an opaque write: no torn value,
 * no full fence, visible to a scrape soon. Cells are not read together: a scrape may see a call
 * started that it does not yet see ended.
 */
final class SlotFigures {
  /** gRPC codes 0 to 16. */
  static final int CODES = 17;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  /* What every good call counts comes first, so that it is one cache line or two. */
  private static final int STARTED = 0;
  private static final int ENDED = 1;
  private static final int SUM_NS = 2;
  private static final int BY_CODE = 3;
  private static final int FAILED_NS = BY_CODE + CODES;
  private static final int QUEUED = FAILED_NS + 1;
  private static final int UNQUEUED = FAILED_NS + 2;
  private static final int QUEUED_NS = FAILED_NS + 3;
  private static final int BUCKETS = FAILED_NS + 4;

  private final long[] cells = new long[BUCKETS + LatencyBuckets.COUNT];
  private final SplitRing ring;

  SlotFigures(SplitRing ring) {
    this.ring = ring;
  }

  /** The model's last calls on this loop, shared by its versions. */
  SplitRing ring() {
    return ring;
  }

  void started() {
    add(STARTED, 1);
  }

  void ended(int grpcCode, long durationNs) {
    add(BY_CODE + grpcCode, 1);
    add(BUCKETS + LatencyBuckets.index(durationNs), 1);
    add(SUM_NS, durationNs);
    if (grpcCode != 0) {
      add(FAILED_NS, durationNs);
    }
    // Released last: whoever acquires it sees the call's start as well.
    CELL.setRelease(cells, ENDED, cells[ENDED] + 1);
  }

  void queued() {
    add(QUEUED, 1);
  }

  void unqueued(long waitedNs) {
    add(QUEUED_NS, waitedNs);
    CELL.setRelease(cells, UNQUEUED, cells[UNQUEUED] + 1);
  }

  private void add(int cell, long amount) {
    CELL.setOpaque(cells, cell, cells[cell] + amount);
  }

  private long read(int cell) {
    return (long) CELL.getOpaque(cells, cell);
  }

  /** Adds this loop's counts to a total of the same version. */
  void addTo(Total total) {
    // Ended before started: a call between the two reads shows as in flight, never as minus one.
    total.ended += (long) CELL.getAcquire(cells, ENDED);
    total.started += read(STARTED);
    total.unqueued += (long) CELL.getAcquire(cells, UNQUEUED);
    total.queued += read(QUEUED);
    total.queuedNs += read(QUEUED_NS);
    for (int code = 0; code < CODES; code++) {
      total.byCode[code] += read(BY_CODE + code);
    }
    total.sumNs += read(SUM_NS);
    total.failedNs += read(FAILED_NS);
    for (int i = 0; i < LatencyBuckets.COUNT; i++) {
      total.buckets[i] += read(BUCKETS + i);
    }
  }

  /** The counts of one version over all loops. Confined to one scrape. */
  static final class Total {
    final long[] byCode = new long[CODES];
    final long[] buckets = new long[LatencyBuckets.COUNT];
    long started;
    long ended;
    long sumNs;
    long failedNs;
    long queued;
    long unqueued;
    long queuedNs;

    long inFlight() {
      return started - ended;
    }

    long waiting() {
      return queued - unqueued;
    }
  }
}
