package io.weighbridge.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.http2.Flusher;
import io.weighbridge.gateway.http2.TestHeadroom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopWatchTest {
  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(ticker).build();
  private final LoopMetrics metrics = new CallMetrics(1, new Slots()).loop(0);

  private void pass(long ms) {
    ticker.advance(ms, TimeUnit.MILLISECONDS);
    var _ = channel.runScheduledPendingTasks();
  }

  @Test
  void tellsHowLateTheLoopWas() {
    EventLoop loop = channel.eventLoop();
    LoopWatch.begin(loop, new Flusher(loop, 1, TestHeadroom.ample()), List.of(metrics::looked));
    pass(400);
    assertThat(metrics.lagNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    pass(100);
    assertThat(metrics.lagNs()).isZero();
  }

  @Test
  void oneWhoFailsKeepsNothingFromTheOthers() {
    EventLoop loop = channel.eventLoop();
    LoopWatch.Listener fails =
        (_, _) -> {
          throw new IllegalStateException("a defect");
        };
    LoopWatch.begin(
        loop, new Flusher(loop, 1, TestHeadroom.ample()), List.of(fails, metrics::looked));
    pass(100);
    pass(400);
    assertThat(metrics.lagNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
  }
}
