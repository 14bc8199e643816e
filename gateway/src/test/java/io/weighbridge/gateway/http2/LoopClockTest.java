package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LoopClockTest {
  private final MockTicker ticker = Ticker.newMockTicker();
  private final LoopClock clock = new LoopClock(ticker);

  @Test
  void goesOnBetweenReads() {
    long before = clock.nanoTime();
    ticker.advance(5, TimeUnit.NANOSECONDS);

    assertThat(clock.nanoTime()).isEqualTo(before + 5);
    assertThat(clock.unixMs()).isCloseTo(System.currentTimeMillis(), within());
  }

  @Test
  void standsStillWithinARead() {
    ticker.advance(3, TimeUnit.NANOSECONDS);
    clock.hold();
    long held = clock.nanoTime();
    long heldMs = clock.unixMs();
    ticker.advance(1, TimeUnit.SECONDS);

    assertThat(clock.nanoTime()).isEqualTo(held);
    assertThat(clock.unixMs()).isEqualTo(heldMs);
    clock.release();
    assertThat(clock.nanoTime()).isEqualTo(held + TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void theNextReadIsLater() {
    clock.hold();
    clock.release();
    ticker.advance(7, TimeUnit.NANOSECONDS);
    clock.hold();

    assertThat(clock.nanoTime()).isEqualTo(ticker.nanoTime());
  }

  @Test
  void whatPassesWithinAReadHasPassed() {
    clock.hold();
    long held = clock.nanoTime();

    assertThat(clock.passed(held)).isTrue();
    assertThat(clock.passed(held + 1)).isFalse();
    ticker.advance(1, TimeUnit.NANOSECONDS);
    assertThat(clock.passed(held + 1)).isTrue();
    assertThat(clock.passed(held + 2)).isFalse();
  }

  private static Offset<Long> within() {
    return Offset.offset(TimeUnit.SECONDS.toMillis(10));
  }
}
