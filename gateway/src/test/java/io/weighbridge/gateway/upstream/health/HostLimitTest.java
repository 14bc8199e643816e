package io.weighbridge.gateway.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.HostTable.Proof;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How two event loops share what a host may have at a time. */
class HostLimitTest {
  private static final int SEAT = 3;
  private static final int MOST = 100;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final Host host =
      new Host(0, "host", new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
  private final HostHealth health =
      new HostHealth(
          2,
          ticker,
          new HealthLimits(TimeUnit.SECONDS.toNanos(1), 0, MOST),
          () ->
              List.of(
                  new HostHealth.Version(
                      0, List.of(new Eligible(host, Proof.VERIFIED, "b", "", 1, 1, SEAT)))));
  private final LoopHealth one = health.loop(0);
  private final LoopHealth other = health.loop(1);

  private void look() {
    ticker.advance(HostHealth.LOOK_NS, TimeUnit.NANOSECONDS);
    health.look();
  }

  /** Begins calls until the loop's part is full; how many that were. */
  private static int fill(LoopHealth loop) {
    int count = 0;
    while (!loop.full(SEAT)) {
      loop.started(SEAT);
      count++;
    }
    return count;
  }

  @Test
  void beforeTheFirstLookThereIsNone() {
    for (int i = 0; i < 10 * MOST; i++) {
      one.started(SEAT);
    }
    assertThat(one.full(SEAT)).isFalse();
    look();
    assertThat(one.full(SEAT)).isTrue();
  }

  @Test
  void aLoopAloneHasItAll() {
    one.started(SEAT);
    look();
    assertThat(fill(one)).isEqualTo(MOST - 1);
  }

  @Test
  void whatAnotherLoopUsesIsNotGivenTwiceAndHalfIsEverybodys() {
    for (int i = 0; i < 80; i++) {
      one.started(SEAT);
    }
    other.started(SEAT);
    look();
    assertThat(fill(one)).isEqualTo(MOST - 1 - 80);
    assertThat(fill(other)).isEqualTo(MOST / 2 - 1);
  }

  @Test
  void callsThatAreOverMakeRoom() {
    one.started(SEAT);
    look();
    fill(one);
    one.ended(SEAT, false);
    one.ended(SEAT, false);
    assertThat(fill(one)).isEqualTo(2);
  }
}
