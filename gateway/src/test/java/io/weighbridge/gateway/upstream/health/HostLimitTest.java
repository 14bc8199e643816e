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
  void beforeTheFirstLookEachLoopHasAnEvenPart() {
    assertThat(fill(one)).isEqualTo(MOST / 2);
    assertThat(fill(other)).isEqualTo(MOST / 2);
  }

  @Test
  void aLoopAloneHasItAll() {
    one.started(SEAT);
    look();
    assertThat(fill(one)).isEqualTo(MOST - 1);
  }

  @Test
  void whatAnotherLoopUsesIsNotGivenTwiceAndHalfIsEverybodys() {
    answers(TimeUnit.MILLISECONDS.toNanos(1));
    look();
    // Late, so that no more are let in than before.
    answers(TimeUnit.SECONDS.toNanos(1));
    for (int i = 0; i < 80; i++) {
      one.started(SEAT);
    }
    other.started(SEAT);
    look();
    assertThat(fill(one)).isEqualTo(MOST - 1 - 80);
    assertThat(fill(other)).isEqualTo(MOST / 2 - 1);
  }

  /** As many as a judgement needs. */
  private void answers(long eachNs) {
    for (int i = 0; i < AdaptiveLimit.SAMPLES; i++) {
      one.started(SEAT);
      one.ended(SEAT, false);
      one.took(SEAT, eachNs, ticker.nanoTime());
    }
  }

  @Test
  void eachLoopHearsWhetherItWasFoundWhatTheHostCanDo() {
    answers(TimeUnit.MILLISECONDS.toNanos(1));
    look();
    assertThat(one.limited(SEAT)).isFalse();
    for (int i = 0; i < MOST; i++) {
      one.started(SEAT);
    }
    other.started(SEAT);
    // Late for half a second.
    for (int i = 0; i < 7; i++) {
      answers(TimeUnit.SECONDS.toNanos(1));
      look();
    }
    assertThat(one.limited(SEAT)).isTrue();
    assertThat(other.limited(SEAT)).isTrue();
    assertThat(other.limited(SEAT + 1)).as("another").isFalse();
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
