package io.weighbridge.gateway.pipeline;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** What calls' buffers are made of in a simulated world: at times there is none. One thread. */
final class SimulatedMemory extends AbstractByteBufAllocator {
  private static final int MISSED_PERCENT = 1;

  private final ByteBufAllocator memory;
  private final SplittableRandom random;
  private final BooleanSupplier well;

  /**
   * Made of this memory.
   *
   * @param well whether there is always enough now
   */
  SimulatedMemory(ByteBufAllocator memory, SplittableRandom random, BooleanSupplier well) {
    super(false);
    this.memory = memory;
    this.random = random;
    this.well = well;
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    if (!well.getAsBoolean() && random.nextInt(100) < MISSED_PERCENT) {
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
