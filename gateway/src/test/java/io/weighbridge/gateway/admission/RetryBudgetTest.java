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

  @Test
  void callsThatAreOnlyLateLeaveSomeToThoseThatFailed() {
    assertThat(budget.takeSpare(SLOT)).isFalse();
    for (int i = 0; i < 3 * RetryBudget.CALLS_PER_RETRY - 1; i++) {
      budget.called(SLOT);
    }
    assertThat(budget.takeSpare(SLOT)).isTrue();
    assertThat(budget.takeSpare(SLOT)).isTrue();
    assertThat(budget.takeSpare(SLOT)).isFalse();
    assertThat(left()).isEqualTo(RetryBudget.RESERVED);
    nowNs += SECOND;
    assertThat(budget.takeSpare(SLOT)).isFalse();
  }

  @Test
  void modelsDoNotShare() {
    left();
    assertThat(budget.take(SLOT + 1, nowNs)).isTrue();
    assertThat(budget.take(0, nowNs)).isTrue();
  }
}
