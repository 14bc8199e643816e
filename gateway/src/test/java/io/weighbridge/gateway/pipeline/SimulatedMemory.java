package io.weighbridge.gateway.pipeline;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.SplittableRandom;

/** What calls' buffers are made of in a simulated world: at times there is none. One thread. */
final class SimulatedMemory extends AbstractByteBufAllocator {
  private final ByteBufAllocator memory;
  private final SplittableRandom random;
  private final int missedPerMille;

  SimulatedMemory(ByteBufAllocator memory, SplittableRandom random, int missedPerMille) {
    super(false);
    this.memory = memory;
    this.random = random;
    this.missedPerMille = missedPerMille;
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    if (random.nextInt(1_000) < missedPerMille) {
      throw new OutOfMemoryError("as simulated");
    }
    return memory.heapBuffer(initialCapacity, maxCapacity);
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    throw new UnsupportedOperationException("calls leave the kind to the allocator");
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }
}
