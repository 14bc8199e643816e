package io.weighbridge.gateway;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * Divides direct memory between buffers of connections and everybody else. Stateless; to be asked
 * before Netty is.
 *
 * <p>Netty counts what it takes. As long as it may have as much as the JDK gives, the JDK finds
 * first that there is no more, and then it collects and waits for half a second on the thread that
 * asked: an event loop.
 */
final class BufferMemory {
  /**
   * For the ledger, which takes two buffers of 1 MiB and some smaller ones, the control plane's
   * pool, and a chunk for each thread that gives one back: Netty says so before the JDK knows.
   */
  static final long OTHERS_BYTES = 8 << 20;

  /** Memory is taken by the chunk; with fewer than this many, what is left over is much of it. */
  private static final int CHUNKS_MIN = 16;

  /** Of a size, and of each thread that reads: Netty's 256 of 16 KiB would be 4 MiB. */
  private static final int CACHED_BUFFERS = 16;

  private static final int CHUNK_ORDER = 9;
  private static final long PAGE_BYTES = 8 << 10;

  private BufferMemory() {}

  /** Sets what was not set by hand. */
  static void divide() {
    long bytes = directBytesMax();
    set("io.netty.maxDirectMemory", bytesMax(bytes));
    int order = chunkOrder(bytes);
    if (order < CHUNK_ORDER) {
      set("io.netty.allocator.maxOrder", order);
      // What one arena has of a chunk another one cannot use, nor what a thread keeps for itself.
      set("io.netty.allocator.numDirectArenas", 1);
      set("io.netty.allocator.smallCacheSize", CACHED_BUFFERS);
      set("io.netty.allocator.normalCacheSize", CACHED_BUFFERS);
    }
  }

  private static void set(String property, long value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Long.toString(value));
    }
  }

  /** What buffers of connections may have; others get at most a quarter. */
  static long bytesMax(long directBytes) {
    return directBytes - Math.min(OTHERS_BYTES, directBytes / 4);
  }

  /** Chunks of 2 to the power of this many pages. */
  static int chunkOrder(long directBytes) {
    int order = CHUNK_ORDER;
    while (order > 0 && (PAGE_BYTES << order) > directBytes / CHUNKS_MIN) {
      order--;
    }
    return order;
  }

  private static long directBytesMax() {
    HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    long said = Long.parseLong(vm.getVMOption("MaxDirectMemorySize").getValue());
    return said > 0 ? said : Runtime.getRuntime().maxMemory();
  }
}
