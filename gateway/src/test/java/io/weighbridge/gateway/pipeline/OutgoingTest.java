package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.weighbridge.gateway.grpc.Inflation;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void keepsUntilAHostTakesIt() {
    assertThat(out.keeps()).isFalse();
    out.write(Unpooled.buffer().writeZero(10), 10, false);
    assertThat(out.keeps()).isTrue();
    // It is short enough for a second try, and does not wait for the first.
    out.sendTo((data, end, credit) -> data.release());
    assertThat(out.replayable()).isTrue();
    assertThat(out.keeps()).isFalse();
    out.release();
  }

  /** However it was cut, all of it leaves in order, the end and the credit with the last. */
  @ParameterizedTest
  @ValueSource(ints = {1, 100, 4_095, 4_096, 16_384, 60_000, 300_000})
  void whatIsKeptLeavesAsItCameAndHoldsHardlyMore(int pieceBytes) {
    PooledByteBufAllocator memory = new PooledByteBufAllocator(true);
    byte[] all = new byte[300_000];
    new Random(pieceBytes).nextBytes(all);
    for (int at = 0; at < all.length; at += pieceBytes) {
      int length = Math.min(pieceBytes, all.length - at);
      boolean end = at + length == all.length;
      out.write(memory.directBuffer(length).writeBytes(all, at, length), length, end);
    }
    assertThat(memory.pinnedDirectMemory()).isLessThan(all.length * 13 / 10);
    ByteBuf arrived = Unpooled.buffer();
    List<String> marks = new ArrayList<>();
    out.sendTo((data, end, credit) -> {
      arrived.writeBytes(data);
      data.release();
      if (end || credit > 0) {
        marks.add(end + " " + credit + " at " + arrived.readableBytes());
      }
    });
    assertThat(ByteBufUtil.getBytes(arrived)).isEqualTo(all);
    assertThat(marks).containsExactly("true 300000 at 300000");
    assertThat(memory.pinnedDirectMemory()).isZero();
  }

  @Test
  void whatIsShortEnoughIsKeptForASecondTryHoweverItWasCut() {
    for (int i = 0; i < 3; i++) {
      out.write(Unpooled.buffer(20_000).writeZero(20_000), 20_000, i == 2);
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      AtomicInteger bytes = new AtomicInteger();
      out.sendTo((data, end, credit) -> {
        bytes.addAndGet(data.readableBytes());
        data.release();
      });
      assertThat(bytes).hasValue(60_000);
      assertThat(out.replayable()).isTrue();
    }
    AtomicInteger pieces = new AtomicInteger();
    out.sendTo((data, end, credit) -> {
      // The call ends while it is sent.
      pieces.incrementAndGet();
      data.release();
      out.release();
    });
    assertThat(pieces).hasValue(1);
  }

  /** A host's stream ends with bytes that have not left, and with others still to come. */
  @Test
  void whatComesBetweenTwoTriesIsKeptAndCreditGoesWithTheSecond() {
    Outgoing.Sink first = (data, end, credit) -> data.release();
    out.write(Unpooled.buffer().writeZero(40_000), 40_000, false);
    out.sendTo(first);
    out.leave(first, 40_000);
    out.write(Unpooled.buffer().writeZero(10_000), 10_000, true);
    assertThat(out.keeps()).isTrue();
    AtomicInteger bytes = new AtomicInteger();
    AtomicInteger credits = new AtomicInteger();
    out.sendTo((data, end, credit) -> {
      bytes.addAndGet(data.readableBytes());
      credits.addAndGet(credit);
      data.release();
    });
    assertThat(bytes).hasValue(50_000);
    assertThat(credits).hasValue(50_000);
    out.release();
  }

  @Test
  void whatHasPassedAndIsNotKeptIsForNoSecondTry() {
    Outgoing.Sink first = (data, end, credit) -> data.release();
    out.write(Unpooled.buffer().writeZero(100), 100, false);
    out.sendTo(first);
    assertThat(out.replayable()).isTrue();
    out.write(Unpooled.buffer().writeZero(100), 100, false);
    out.leave(first, 0);
    assertThat(out.replayable()).isFalse();
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
