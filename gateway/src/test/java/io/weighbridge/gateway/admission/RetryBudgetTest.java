package io.weighbridge.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  private static final int SLOT = 3;
  private static final long SECOND = 1_000_000_000L;

  private final RetryBudget budget = new RetryBudget();
  private long nowNs = 7 * SECOND;

  /** How many second tries are left at one moment. */
  private int left() {
    int count = 0;
    while (budget.take(SLOT, nowNs)) {
      count++;
    }
    return count;
  }

  @Test
  void aModelBeginsWithAFew() {
    assertThat(left()).isEqualTo(RetryBudget.SAVED_FIRST);
  }

  @Test
  void fiveCallsEarnOne() {
    left();
    for (int i = 0; i < 9; i++) {
      budget.called(SLOT);
    }
    assertThat(left()).isEqualTo(1);
    budget.called(SLOT);
    assertThat(left()).isEqualTo(1);
  }

  @Test
  void noMoreThanTheLimitIsSaved() {
    for (int i = 0; i < 10_000; i++) {
      budget.called(SLOT);
    }
    assertThat(left()).isEqualTo(RetryBudget.SAVED_MAX);
  }

  @Test
  void oneASecondIsGrantedWhenNothingIsEarned() {
    left();
    nowNs += SECOND - 1;
    assertThat(left()).isZero();
    nowNs += 1;
    assertThat(left()).isEqualTo(1);
    nowNs += 5 * SECOND;
    assertThat(left()).isEqualTo(1);
  }

  private void call(int count) {
    for (int i = 0; i < count; i++) {
      budget.called(SLOT);
    }
  }

  private int hedges() {
    int count = 0;
    while (budget.takeSpare(SLOT)) {
      count++;
    }
    return count;
  }

  @Test
  void callsThatAreOnlyLateLeaveSomeToThoseThatFailed() {
    assertThat(hedges()).isZero();
    call(20 * RetryBudget.CALLS_PER_HEDGE);
    int spareCalls = left() * RetryBudget.CALLS_PER_RETRY;
    assertThat(spareCalls).isGreaterThan(RetryBudget.RESERVED * RetryBudget.CALLS_PER_RETRY);
    // The failed ones took all: until there are more than those reserved for them nothing is spare.
    call(RetryBudget.RESERVED * RetryBudget.CALLS_PER_RETRY + RetryBudget.CALLS_PER_RETRY - 1);
    assertThat(hedges()).isZero();
    call(1);
    assertThat(hedges()).isEqualTo(1);
    assertThat(left()).isEqualTo(RetryBudget.RESERVED);
    nowNs += SECOND;
    assertThat(hedges()).isZero();
  }

  @Test
  void oneCallInTenMayBeHedgedAndFewAtOnce() {
    call(RetryBudget.CALLS_PER_HEDGE - 1);
    assertThat(hedges()).isZero();
    call(1);
    assertThat(hedges()).isEqualTo(1);
    call(10_000);
    assertThat(hedges()).isEqualTo(RetryBudget.HEDGES_SAVED_MAX);
    call(35);
    assertThat(hedges()).isEqualTo(3);
  }

  @Test
  void modelsDoNotShare() {
    left();
    assertThat(budget.take(SLOT + 1, nowNs)).isTrue();
    assertThat(budget.take(0, nowNs)).isTrue();
  }
}
