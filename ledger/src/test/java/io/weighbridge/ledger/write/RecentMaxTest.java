package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RecentMaxTest {
  private final RecentMax max = new RecentMax(0);

  @Test
  void keepsTheLargestOfTheHalfMinuteThatRuns() {
    see(1, 7);
    see(29, 3);
    assertThat(max.max()).isEqualTo(7);
  }

  @Test
  void keepsTheLargestOfTheHalfMinuteBefore() {
    see(1, 7);
    see(59, 3);
    assertThat(max.max()).isEqualTo(7);
  }

  @Test
  void forgetsWhatIsOlder() {
    see(1, 7);
    see(31, 5);
    see(61, 3);
    assertThat(max.max()).isEqualTo(5);
    see(1_000, 2);
    assertThat(max.max()).isEqualTo(2);
  }

  private void see(long atS, long value) {
    max.see(Duration.ofSeconds(atS).toNanos(), value);
  }
}
