package io.weighbridge.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BulkheadTest {
  private static final int PLACES = 3;

  private final Bulkheads bulkheads = new Bulkheads(Map.of(5, PLACES));
  private final Bulkhead bulkhead = Objects.requireNonNull(bulkheads.of(5));

  @Test
  void givesItsPlacesAndNotOneMore() {
    for (int i = 0; i < PLACES; i++) {
      assertThat(bulkhead.enter()).isTrue();
    }
    assertThat(bulkhead.enter()).isFalse();
    assertThat(bulkhead.enter()).isFalse();
    bulkhead.leave();
    assertThat(bulkhead.enter()).isTrue();
    assertThat(bulkhead.enter()).isFalse();
  }

  @Test
  void otherModelsHaveNone() {
    assertThat(bulkheads.of(0)).isNull();
    assertThat(bulkheads.of(6)).isNull();
    assertThat(Bulkheads.NONE.of(0)).isNull();
  }

  @Test
  void loopsThatEnterAtOnceNeverHoldMoreThanThereAre() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Thread[] loops = new Thread[4];
    for (int i = 0; i < loops.length; i++) {
      loops[i] =
          Thread.ofPlatform()
              .start(() -> {
                for (int call = 0; call < 20_000; call++) {
                  if (bulkhead.enter()) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    bulkhead.leave();
                  }
                }
              });
    }
    for (Thread loop : loops) {
      loop.join();
    }
    assertThat(most.get()).isBetween(1, PLACES);
    for (int i = 0; i < PLACES; i++) {
      assertThat(bulkhead.enter()).isTrue();
    }
  }
}
