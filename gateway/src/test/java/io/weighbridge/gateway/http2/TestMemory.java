package io.weighbridge.gateway.http2;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Has direct memory, or has little or none, as a test says. */
final class TestMemory extends AbstractByteBufAllocator {
  static final int AMPLE = Integer.MAX_VALUE;

  /** The largest buffer that can be had. */
  volatile int bytesMax = AMPLE;

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    if (initialCapacity > bytesMax) {
      throw new OutOfMemoryError("as told");
    }
    return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
  }

  /** So that channels take from here what they copy into. */
  @Override
  public boolean isDirectBufferPooled() {
    return true;
  }
}
