package io.weighbridge.gateway.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class SlowdownTest {
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final double LEAST = Slowdown.LEAST;
  private static final double MORE = Slowdown.LEAST * Slowdown.STEP;

  private final Slowdown slowdown = new Slowdown();
  private long nowNs = 1;

  /** What a host that works in batches gives in a span. */
  private static double batches(double factor) {
    return factor > LEAST ? 4_000 : 3_000;
  }

  /** A span, in which a host gives so many answers for a factor; what factor it leads to. */
  private double span(DoubleUnaryOperator answers) {
    for (long spanNs = 0; spanNs < Throughput.SPAN_NS; spanNs += LOOK_NS) {
      nowNs += LOOK_NS;
      long each = (long) (answers.applyAsDouble(slowdown.factor()) * LOOK_NS / Throughput.SPAN_NS);
      slowdown.take(each, LOOK_NS, true, nowNs);
    }
    return slowdown.factor();
  }

  private void begin(DoubleUnaryOperator answers) {
    slowdown.begin(nowNs);
    assertThat(span(answers)).isEqualTo(LEAST);
  }

  @Test
  void aHostThatGivesAsManyIsGivenTheLeast() {
    begin(_ -> 4_000);
    for (int i = 0; i < 100; i++) {
      assertThat(span(_ -> 4_000)).isEqualTo(LEAST);
    }
  }

  @Test
  void aHostThatGivesFewerAsSoonAsThereIsLessIsGivenMore() {
    begin(SlowdownTest::batches);

    assertThat(span(SlowdownTest::batches)).as("fewer with less").isEqualTo(MORE);
    assertThat(span(SlowdownTest::batches)).as("more with more").isEqualTo(MORE);
    double spansWithMore = 0;
    for (int i = 0; i < 150; i++) {
      spansWithMore += span(SlowdownTest::batches) > LEAST ? 1 : 0;
    }
    assertThat(spansWithMore).isBetween(0.95 * 150, 149.0);
  }

  @Test
  void aHostThatComesToGiveMoreForMoreIsGivenItOnceThatIsSeenTwice() {
    begin(_ -> 4_000);
    span(_ -> 4_000);

    assertThat(span(SlowdownTest::batches)).as("fewer").isEqualTo(LEAST);
    assertThat(span(SlowdownTest::batches)).as("fewer again").isEqualTo(MORE);
    assertThat(span(SlowdownTest::batches)).as("more with more").isEqualTo(LEAST);
    assertThat(span(SlowdownTest::batches)).as("and fewer without").isEqualTo(MORE);
    assertThat(span(SlowdownTest::batches)).isEqualTo(MORE);
  }

  @Test
  void oneSpanWithFewerShowsNothing() {
    begin(_ -> 4_000);
    span(_ -> 4_000);
    for (int i = 0; i < 20; i++) {
      assertThat(span(_ -> 3_000)).isEqualTo(LEAST);
      assertThat(span(_ -> 4_000)).isEqualTo(LEAST);
    }
  }

  @Test
  void whatComesBackByItselfIsNotTakenForMoresDoing() {
    begin(_ -> 4_000);
    span(_ -> 4_000);
    span(_ -> 3_000);
    assertThat(span(_ -> 3_000)).isEqualTo(MORE);
    assertThat(span(_ -> 4_000)).isEqualTo(LEAST);
    for (int i = 0; i < 20; i++) {
      assertThat(span(_ -> 4_000)).isEqualTo(LEAST);
    }
  }

  @Test
  void aHostThatIsSlowForAnotherReasonIsTriedRarely() {
    begin(_ -> 4_000);
    double spansWithMore = 0;
    for (int i = 0; i < 30; i++) {
      spansWithMore += span(_ -> 3_000) > LEAST ? 1 : 0;
    }
    assertThat(spansWithMore).isBetween(1.0, 3.0);
  }
}
