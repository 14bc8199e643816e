package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.upstream.health.Outcome;
import org.junit.jupiter.api.Test;

class HostVerdictTest {
  private static final long MS = 1_000_000;

  /** What others need, three times. */
  private static final long PATIENCE_NS = 100 * MS;

  private static final int BYTES = 65_536;

  private final HostVerdict verdict = new HostVerdict(true);

  @Test
  void theHostsTimeEndsWithTheFirstOfTheAnswer() {
    verdict.asked(10 * MS);
    assertThat(verdict.hears(30 * MS)).isTrue();
    assertThat(verdict.hears(900 * MS)).isFalse();
    assertThat(verdict.latencyNs()).isEqualTo(20 * MS);
  }

  @Test
  void anAnswerBeforeTheRequestsEndIsNotTimed() {
    verdict.hears(10 * MS);
    verdict.asked(20 * MS);
    verdict.hears(900 * MS);
    assertThat(verdict.latencyNs()).isNegative();
  }

  @Test
  void aHostThatWaitsForTheCallerMayTakeNoMore() {
    verdict.passed(BYTES);
    verdict.stalled();
    assertThat(verdict.blamed()).isFalse();
    verdict.taken(BYTES);
    verdict.stalled();
    assertThat(verdict.blamed()).isTrue();
  }

  @Test
  void aHostThatNeverAnsweredIsTooLate() {
    verdict.asked(0);
    verdict.outOfTime(PATIENCE_NS, PATIENCE_NS - 1);
    assertThat(verdict.outcome()).isEqualTo(Outcome.NOTHING);
    verdict.outOfTime(PATIENCE_NS, PATIENCE_NS);
    assertThat(verdict.outcome()).isEqualTo(Outcome.ERRED);
    assertThat(verdict.latencyNs()).isEqualTo(PATIENCE_NS);
  }

  @Test
  void oneThatWaitsForTheCallerIsNot() {
    verdict.asked(0);
    verdict.hears(10 * MS);
    verdict.passed(BYTES);
    verdict.outOfTime(PATIENCE_NS, 10_000 * MS);
    assertThat(verdict.outcome()).isEqualTo(Outcome.NOTHING);
    assertThat(verdict.latencyNs()).isEqualTo(10 * MS);
  }

  @Test
  void oneThatStopsInTheMiddleWhileTheCallerReadsIs() {
    verdict.asked(0);
    verdict.hears(10 * MS);
    verdict.passed(BYTES);
    verdict.taken(BYTES);
    verdict.hears(400 * MS);
    verdict.outOfTime(PATIENCE_NS, 500 * MS - 1);
    assertThat(verdict.outcome()).isEqualTo(Outcome.NOTHING);
    verdict.outOfTime(PATIENCE_NS, 500 * MS);
    assertThat(verdict.outcome()).isEqualTo(Outcome.ERRED);
    // It was quick to begin.
    assertThat(verdict.latencyNs()).isEqualTo(10 * MS);
  }
}
