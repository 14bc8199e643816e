package io.weighbridge.gateway.peek;

import static io.weighbridge.gateway.peek.Wire.request;
import static io.weighbridge.gateway.peek.Wire.string;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class PeekAllocationTest {
  private static final int MESSAGES = 20_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void walksWithoutAllocating() {
    byte[] message =
        request("minilm")
            .text(2, "1")
            .text(3, "call-1")
            .parameter("weighbridge_label", string("canary"))
            .parameter("user", string("eve"))
            .bytes(7, new byte[1000])
            .toBytes();
    ByteBuf buf = Unpooled.wrappedBuffer(message);
    Peek peek = new Peek(Peek.PEEK_BYTES_MAX);
    walkMany(peek, buf);
    long before = threads.getCurrentThreadAllocatedBytes();
    walkMany(peek, buf);
    long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
    // One byte a message leaves room for what the JVM itself allocates on this thread.
    assertThat(allocatedBytes).isLessThan(MESSAGES);
  }

  private static void walkMany(Peek peek, ByteBuf buf) {
    int bytes = buf.readableBytes();
    for (int i = 0; i < MESSAGES; i++) {
      peek.reset(Peek.Shape.INFER, bytes, PeekRun.NAMES);
      peek.feed(buf, 0, 40);
      peek.feed(buf, 40, bytes - 40);
      if (peek.state() != Peek.State.COMPLETE) {
        throw new AssertionError(peek.state());
      }
    }
  }
}
