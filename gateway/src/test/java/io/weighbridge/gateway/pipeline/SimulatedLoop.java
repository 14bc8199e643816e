package io.weighbridge.gateway.pipeline;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.http2.Flusher;
import io.weighbridge.gateway.http2.TestHeadroom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One event loop in virtual time: everything of a simulated world runs on it, and nothing else
 * moves its clock. Confined to the thread that made it.
 */
final class SimulatedLoop {
  private static final long STEP_NS = 1_000_000;

  /** No work of one moment takes that many turns, unless it makes itself anew for ever. */
  private static final int TURNS_MAX = 100_000;

  final SplittableRandom random;
  final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  final ManualIoEventLoop events;
  private final MockTicker ticker = Ticker.newMockTicker();
  private final List<String> faults = new ArrayList<>();

  SimulatedLoop(long seed) {
    random = new SplittableRandom(seed);
    events =
        new ManualIoEventLoop(null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    ticker.advance(1, TimeUnit.HOURS);
  }

  long nowNs() {
    return ticker.nanoTime();
  }

  /** Whether something happens that happens this often. */
  boolean happens(int percent) {
    return random.nextInt(100) < percent;
  }

  /** A number of milliseconds below this, in nanoseconds. */
  long someMs(int msMax) {
    return TimeUnit.MILLISECONDS.toNanos(random.nextInt(msMax));
  }

  void after(long delayNs, Runnable what) {
    var _ = events.schedule(what, delayNs, TimeUnit.NANOSECONDS);
  }

  /** Notes a broken promise; thrown here, it would be one more exception on the loop. */
  void expect(boolean kept, String promise) {
    if (!kept) {
      faults.add(TimeUnit.NANOSECONDS.toMillis(nowNs()) + " ms: " + promise);
    }
  }

  List<String> faults() {
    return faults;
  }

  /** Lets that much time pass. */
  void run(long durationNs) {
    for (long endNs = nowNs() + durationNs; nowNs() < endNs; ) {
      settle();
      ticker.advance(STEP_NS, TimeUnit.NANOSECONDS);
    }
    settle();
  }

  private void settle() {
    for (int turn = 0; events.runNow() > 0; turn++) {
      if (turn > TURNS_MAX) {
        throw new AssertionError("the loop never comes to rest");
      }
    }
  }

  long usedBytes() {
    return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
  }

  /** A flusher of this loop. */
  Flusher flusher() {
    return new Flusher(events, 64 << 20, TestHeadroom.ample());
  }
}
