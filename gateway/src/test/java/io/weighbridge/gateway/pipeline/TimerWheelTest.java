package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.http2.LoopClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
  private static final long DUE_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel loop = EmbeddedChannel.builder().ticker(ticker).build();
  private final TimerWheel wheel = new TimerWheel(loop.eventLoop(), new LoopClock(ticker));
  private final List<String> fired = new ArrayList<>();

  private void start(String name, long afterNs, boolean fails) {
    wheel.start(
        new TimerWheel.Timer() {
          @Override
          void due(long nowNs) {
            fired.add(name);
            if (fails) {
              throw new IllegalStateException("a defect");
            }
          }
        },
        ticker.nanoTime() + afterNs,
        ticker.nanoTime());
  }

  private void pass(long ms) {
    for (long left = ms; left > 0; left--) {
      ticker.advance(1, TimeUnit.MILLISECONDS);
      loop.runScheduledPendingTasks();
    }
  }

  @Test
  void aTimerThatFailsStopsNoOther() {
    start("last", 3 * DUE_NS, false);
    start("other", DUE_NS, false);
    start("defect", DUE_NS, true);
    pass(100);
    assertThat(fired).containsExactlyInAnyOrder("other", "defect");
    pass(100);
    assertThat(fired).hasSize(3).endsWith("last");
    start("anew", DUE_NS, false);
    pass(100);
    assertThat(fired).endsWith("anew");
  }
}
