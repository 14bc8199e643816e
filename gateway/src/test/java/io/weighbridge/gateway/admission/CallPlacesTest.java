package io.weighbridge.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallPlacesTest {
  private static int fill(CallPlaces.Part part) {
    int count = 0;
    while (part.enter()) {
      count++;
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 100_000})
  void oneLoopHasThemAllAndNotOneMore(int most) {
    CallPlaces.Part part = new CallPlaces(most, 1).part();
    assertThat(fill(part)).isEqualTo(most);
    part.leave();
    assertThat(fill(part)).isEqualTo(1);
    IntStream.range(0, most).forEach(_ -> part.leave());
    assertThat(fill(part)).isEqualTo(most);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 100, 100_000})
  void whatOneLoopHasAnotherHasNot(int most) {
    CallPlaces places = new CallPlaces(most, 2);
    CallPlaces.Part one = places.part();
    CallPlaces.Part other = places.part();
    assertThat(one.enter()).isTrue();
    int others = fill(other);
    assertThat(others).isBetween(most * 3 / 4 - 1, most - 1);
    assertThat(1 + others + fill(one)).isEqualTo(most);
  }

  @Test
  void placesThatAreLeftAreEverybodys() {
    int most = 1_000;
    CallPlaces places = new CallPlaces(most, 2);
    CallPlaces.Part one = places.part();
    CallPlaces.Part other = places.part();
    fill(one);
    IntStream.range(0, most).forEach(_ -> one.leave());
    assertThat(fill(other)).isBetween(most * 3 / 4, most);
  }

  @Test
  void manyLoopsNeverHaveMoreThanThereAre() throws InterruptedException {
    int most = 500;
    CallPlaces places = new CallPlaces(most, 4);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger worst = new AtomicInteger();
    List<Thread> loops = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      SplittableRandom random = new SplittableRandom(i);
      loops.add(Thread.ofPlatform().start(() -> play(places.part(), random, inFlight, worst)));
    }
    for (Thread loop : loops) {
      loop.join();
    }
    assertThat(worst.get()).isBetween(most / 2, most);
    assertThat(inFlight).hasValue(0);
    // Of those that were left, each loop keeps a few.
    assertThat(fill(places.part())).isBetween(most / 2, most);
  }

  private static void play(
      CallPlaces.Part part, SplittableRandom random, AtomicInteger inFlight, AtomicInteger worst) {
    int mine = 0;
    for (int i = 0; i < 200_000; i++) {
      if (random.nextInt(100) < 55 && part.enter()) {
        mine++;
        worst.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
      } else if (mine > 0) {
        mine--;
        inFlight.decrementAndGet();
        part.leave();
      }
    }
    for (; mine > 0; mine--) {
      inFlight.decrementAndGet();
      part.leave();
    }
  }
}
