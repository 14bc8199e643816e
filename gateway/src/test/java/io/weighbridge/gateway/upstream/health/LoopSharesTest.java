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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What many event loops together give a host. */
class LoopSharesTest {
  private static final int LOOPS = 16;
  private static final int FIRST = 100;
  private static final long MS = 1_000_000;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final Host host =
      new Host(0, "host", new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
  private final HostHealth health =
      new HostHealth(
          LOOPS,
          ticker,
          new HealthLimits(TimeUnit.SECONDS.toNanos(1), 0, FIRST),
          () ->
              List.of(
                  new HostHealth.Version(
                      0, List.of(new Eligible(host, Proof.VERIFIED, "b", "", 1, 1, 0)))));
  private final List<LoopHealth> loops = IntStream.range(0, LOOPS).mapToObj(health::loop).toList();

  private void look() {
    ticker.advance(HostHealth.LOOK_NS, TimeUnit.NANOSECONDS);
    health.look();
  }

  /** More calls than there are places come to these loops. */
  private void flood(List<LoopHealth> those) {
    for (LoopHealth loop : those) {
      while (!loop.full(0)) {
        loop.started(0);
      }
      for (int i = 0; i < FIRST; i++) {
        loop.turnedAway(0);
      }
    }
  }

  private int inFlight() {
    return (int) loops.stream().mapToLong(loop -> loop.inFlight(0)).sum();
  }

  /** All that a loop has is answered. */
  private void answer(LoopHealth loop, long eachNs) {
    for (long left = loop.inFlight(0); left > 0; left--) {
      loop.ended(0, false);
      loop.took(0, eachNs, ticker.nanoTime());
    }
  }

  @Test
  void aFloodOnAllLoopsAtOnceGrowsToTwiceAsMuchAtALook() {
    flood(loops);
    int before = inFlight();
    assertThat(before).isBetween(FIRST, FIRST + LOOPS);
    for (int i = 0; i < 5; i++) {
      look();
      flood(loops);
      assertThat(inFlight()).isBetween(before + 1, 2 * before);
      before = inFlight();
    }
  }

  @Test
  void aLoopThatHasAllCallsSoonHasAllPlaces() {
    List<LoopHealth> one = loops.subList(3, 4);
    flood(one);
    int before = inFlight();
    for (int i = 0; i < 5; i++) {
      look();
      flood(one);
      assertThat(inFlight()).isGreaterThanOrEqualTo(2 * before);
      before = inFlight();
    }
    assertThat(before).isEqualTo(32 * FIRST);
  }

  @Test
  void itKeepsThemOverAPauseAndOthersHaveAnEvenPart() {
    loops.get(3).started(0);
    look();
    answer(loops.get(3), MS);
    look();
    look();
    loops.get(3).started(0);
    flood(loops.subList(3, 4));
    assertThat(inFlight()).isEqualTo(FIRST);
    flood(loops.subList(4, 5));
    assertThat(inFlight()).isEqualTo(FIRST + Math.ceilDiv(FIRST, LOOPS));
  }

  @Test
  void inAProbeAllOfThemGiveTheHostNoMoreThanAProbeAtATime() {
    for (int i = 0; i < 10; i++) {
      flood(loops);
      loops.forEach(loop -> answer(loop, MS));
      look();
    }
    boolean probed = false;
    for (int i = 0; i < 200 && !probed; i++) {
      flood(loops);
      answer(loops.get(i % LOOPS), 1_000 * MS);
      look();
      probed = health.reports().getFirst().figures().inFlightMax() == AdaptiveLimit.PROBE;
    }
    assertThat(probed).isTrue();
    loops.forEach(loop -> answer(loop, 1_000 * MS));
    for (int i = 0; i < 3; i++) {
      look();
      flood(loops);
      assertThat(health.reports().getFirst().figures().inFlightMax())
          .isEqualTo(AdaptiveLimit.PROBE);
      assertThat(inFlight()).isEqualTo(AdaptiveLimit.PROBE);
      LoopHealth busy = loops.stream().filter(loop -> loop.inFlight(0) > 0).findFirst().get();
      answer(busy, 1_000 * MS);
    }
  }
}
