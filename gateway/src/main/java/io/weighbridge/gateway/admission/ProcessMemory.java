package io.weighbridge.gateway.admission;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.Ticker;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of the memory that the process may have is in use, 0 to 1. Thread-safe.
 *
 * <pre>
 * Implementation notes: of direct memory what buffers in use hold ("pinned"), for what a pool has taken from the system it
 * keeps, and would say that memory is short long after a burst. They are held against what the pool can have: it takes memory
 * by the chunk, so what is left between chunks, and what others hold, is none of its. Of the heap what a collection of the old generation
 * left there: what is in use between collections is mostly garbage, and says only when the next one is due. G1 looks
 * at the old generation by itself when memory gets short, and every ten seconds as the launcher starts it.
 * </pre>
 */
public final class ProcessMemory {
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private final PooledByteBufAllocator buffers;
  private final Ticker ticker;
  private final MemoryPoolMXBean longLived;
  private final AtomicLong lookedAtNs;
  private volatile double heap;

  /** Looks at what this allocator gave out, and at the heap. */
  public ProcessMemory(PooledByteBufAllocator buffers, Ticker ticker) {
    this.buffers = buffers;
    this.ticker = ticker;
    // The old generation may take all of the heap, or is the largest part of it.
    longLived =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()))
            .orElseThrow();
    lookedAtNs = new AtomicLong(ticker.nanoTime());
    heap = lookAtHeap();
  }

  /** What the last collection left in the part of the heap for what lives long; not always new. */
  public double heap() {
    long nowNs = ticker.nanoTime();
    long beforeNs = lookedAtNs.get();
    if (nowNs - beforeNs >= LOOK_NS && lookedAtNs.compareAndSet(beforeNs, nowNs)) {
      heap = lookAtHeap();
    }
    return heap;
  }

  private double lookAtHeap() {
    MemoryUsage left = longLived.getCollectionUsage();
    return left == null ? 0 : (double) left.getUsed() / longLived.getUsage().getMax();
  }

  /** What buffers hold at this moment, of the memory outside the heap that they may have. */
  public double direct() {
    return (double) buffers.pinnedDirectMemory() / poolBytesMax();
  }

  /** Has the current thread keep no more for its next buffers than it lately needed. */
  public void giveBack() {
    var _ = buffers.trimCurrentThreadCache();
  }

  /** What the pool has, and the whole chunks it can still get. */
  private long poolBytesMax() {
    long leftBytes = PlatformDependent.maxDirectMemory() - PlatformDependent.usedDirectMemory();
    int chunkBytes = buffers.metric().chunkSize();
    long chunks = Math.max(0, leftBytes) / chunkBytes;
    // At least one, so that this is a number from the start.
    return Math.max(chunkBytes, buffers.metric().usedDirectMemory() + chunks * chunkBytes);
  }
}
