package io.weighbridge.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int BUFFERS = 48;
  private static final int ARRAY_BYTES = 1 << 16;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final PooledByteBufAllocator buffers = new PooledByteBufAllocator(true);
  private final ProcessMemory memory = new ProcessMemory(buffers, ticker);

  private double heapLater() {
    ticker.advance(100, TimeUnit.MILLISECONDS);
    return memory.heap();
  }

  @Test
  void buffersCountWhileSomebodyHasThemAndNotInThePool() {
    double expected = (double) BUFFERS * BUFFER_BYTES / PlatformDependent.maxDirectMemory();
    List<ByteBuf> held = new ArrayList<>();
    for (int i = 0; i < BUFFERS; i++) {
      held.add(buffers.directBuffer(BUFFER_BYTES));
    }
    assertThat(memory.direct()).isBetween(expected, 1.3 * expected);
    // The last one keeps the pool from giving the memory back.
    ByteBuf last = held.removeLast();
    held.forEach(ByteBuf::release);
    assertThat(buffers.metric().usedDirectMemory()).isGreaterThan(BUFFERS / 2 * BUFFER_BYTES);
    assertThat(memory.direct()).isLessThan(expected / 2);
    last.release();
  }

  @Test
  void theHeapCountsAsCollectionsLeaveIt() {
    long most = Runtime.getRuntime().maxMemory();
    byte[][] kept = new byte[(int) (most / 4 / ARRAY_BYTES)][];
    System.gc();
    double before = heapLater();
    for (int i = 0; i < kept.length; i++) {
      kept[i] = new byte[ARRAY_BYTES];
    }
    System.gc();
    assertThat(heapLater() - before).isBetween(0.15, 0.6);
    assertThat(kept[kept.length - 1]).isNotNull();
    double full = memory.heap();
    kept = new byte[0][];
    System.gc();
    ticker.advance(99, TimeUnit.MILLISECONDS);
    assertThat(memory.heap()).as("looked at ten times a second").isEqualTo(full);
    ticker.advance(1, TimeUnit.MILLISECONDS);
    assertThat(memory.heap()).isLessThan(before + 0.1);
    assertThat(kept).isEmpty();
  }
}
