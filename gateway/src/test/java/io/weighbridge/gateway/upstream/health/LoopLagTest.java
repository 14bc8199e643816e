package io.weighbridge.gateway.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopLagTest {
  private static final long AGAIN_NS = 100;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final LoopLag lag = new LoopLag(ticker);

  private long lagNs() {
    return lag.ns(ticker.nanoTime());
  }

  @Test
  void aLoopThatNobodyWatchesIsNotLate() {
    ticker.advance(1, TimeUnit.HOURS);
    assertThat(lagNs()).isZero();
  }

  @Test
  void theLastLookSaysHowLateItIs() {
    lag.looked(7, AGAIN_NS);
    assertThat(lagNs()).isEqualTo(7);
    lag.looked(0, AGAIN_NS);
    assertThat(lagNs()).isZero();
  }

  @Test
  void oneThatStandsStillIsLateBeforeItSaysSo() {
    lag.looked(3, AGAIN_NS);
    ticker.advance(AGAIN_NS, TimeUnit.NANOSECONDS);
    assertThat(lagNs()).isEqualTo(3);
    ticker.advance(5, TimeUnit.NANOSECONDS);
    assertThat(lagNs()).isEqualTo(5);
  }

  @Test
  void whileALoopStandsStillNoHostIsSilent() {
    Fleet fleet = new Fleet(3);
    fleet.pass(TimeUnit.SECONDS.toNanos(1), 0, 1, 2);
    for (int host = 0; host < 3; host++) {
      fleet.waits(host, 2);
    }
    fleet.loop.lag().looked(0, HostHealth.LOOK_NS);
    for (int looks = 0; looks < 9; looks++) {
      fleet.look();
    }
    for (int host = 0; host < 3; host++) {
      assertThat(fleet.state(host)).isEqualTo(Standing.State.IN);
    }
  }
}
