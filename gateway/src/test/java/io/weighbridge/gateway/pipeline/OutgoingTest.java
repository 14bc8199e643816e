package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.weighbridge.gateway.grpc.Inflation;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutgoingTest {
  private static final int PLAIN_BYTES = 100_000;

  /** Room for one message being inflated or kept, not for two. */
  private final Inflation.Budget budget = new Inflation.Budget(250_000);

  private final Outgoing out = new Outgoing(PathHarness.limits());
  private byte[] compressed = {};

  @BeforeEach
  void compress() throws Exception {
    byte[] plain = new byte[PLAIN_BYTES];
    new Random(1).nextBytes(plain);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    }
    compressed = bytes.toByteArray();
  }

  private Inflation.State write() {
    Inflation inflation = new Inflation(Inflation.Encoding.GZIP, PLAIN_BYTES, budget);
    ByteBuf in = Unpooled.wrappedBuffer(compressed);
    Inflation.State state =
        inflation.feed(in, 0, compressed.length, PooledByteBufAllocator.DEFAULT);
    if (state == Inflation.State.GOOD) {
      out.write(inflation.take(PooledByteBufAllocator.DEFAULT), 0, false);
      out.budget(inflation.takeShare());
    }
    inflation.close();
    return state;
  }

  @Test
  void whatIsKeptForAHostCountsUntilItLeaves() {
    assertThat(write()).isEqualTo(Inflation.State.GOOD);
    assertThat(write()).isEqualTo(Inflation.State.OVER_BUDGET);
    out.sendTo((data, end, credit) -> data.release());
    for (int i = 0; i < 10; i++) {
      assertThat(write()).isEqualTo(Inflation.State.GOOD);
    }
    out.release();
  }

  @Test
  void whatNobodyWantsAnyMoreCountsNoLonger() {
    assertThat(write()).isEqualTo(Inflation.State.GOOD);
    assertThat(write()).isEqualTo(Inflation.State.OVER_BUDGET);
    out.release();
    assertThat(write()).isEqualTo(Inflation.State.GOOD);
  }
}
