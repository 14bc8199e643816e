package io.weighbridge.gateway.admission;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.Ticker;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Looks how much memory is in use, when it is asked and the last look is old. Thread-safe: one of
 * those that ask looks, the others take what is known.
 *
 * <pre>
 * Implementation notes: of direct memory what buffers in use hold ("pinned"), for what a pool has taken from the system it
 * keeps, and would say that memory is short long after a burst. They are held against what the pool can have: it takes memory
 * by the chunk, so what is left between chunks, and what others hold (the ledger's buffers), is none of its. Of the heap what a collection of the old generation
 * left there: what is in use between collections is mostly garbage, and says only when the next one is due. G1 looks
 * at the old generation by itself when memory gets short, and every ten seconds as the launcher starts it.
 * </pre>
 */
public final class ProcessMemory implements Supplier<MemoryUse> {
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private final PooledByteBufAllocator buffers;
  private final Ticker ticker;
  private final MemoryPoolMXBean longLived;
  private final BufferPoolMXBean direct;
  private final AtomicLong lookedAtNs;
  private volatile MemoryUse use;

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
    direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
    lookedAtNs = new AtomicLong(ticker.nanoTime());
    use = look();
  }

  @Override
  public MemoryUse get() {
    long nowNs = ticker.nanoTime();
    long beforeNs = lookedAtNs.get();
    if (nowNs - beforeNs >= LOOK_NS && lookedAtNs.compareAndSet(beforeNs, nowNs)) {
      use = look();
    }
    return use;
  }

  private MemoryUse look() {
    double direct = (double) buffers.pinnedDirectMemory() / poolBytesMax();
    MemoryUsage left = longLived.getCollectionUsage();
    double heap = left == null ? 0 : (double) left.getUsed() / longLived.getUsage().getMax();
    return new MemoryUse(direct, heap);
  }

  /** What the pool has, and the whole chunks it can still get. */
  private long poolBytesMax() {
    long leftBytes = PlatformDependent.maxDirectMemory() - direct.getMemoryUsed();
    int chunkBytes = buffers.metric().chunkSize();
    long chunks = Math.max(0, leftBytes) / chunkBytes;
    // At least one, so that this is a number from the start.
    return Math.max(chunkBytes, buffers.metric().usedDirectMemory() + chunks * chunkBytes);
  }
}
