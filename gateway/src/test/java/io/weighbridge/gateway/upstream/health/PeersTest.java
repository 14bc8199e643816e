package io.weighbridge.gateway.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PeersTest {
  @Test
  void theMedianOfTheOthersIsThatOfAListWithoutOne() {
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      // Few different values, so that many are equal.
      double[] all = random.ints(2 + random.nextInt(9), 0, 6).asDoubleStream().sorted().toArray();
      for (int i = 0; i < all.length; i++) {
        int one = i;
        double[] others =
            IntStream.range(0, all.length)
                .filter(at -> at != one)
                .mapToDouble(at -> all[at])
                .toArray();
        assertThat(Peers.lowerMedian(all, all[i], -1))
            .as(() -> Arrays.toString(all) + " without " + all[one])
            .isEqualTo(others[(others.length - 1) / 2]);
      }
    }
  }

  @Test
  void whereThereAreNoOthersNothingTells() {
    assertThat(Peers.lowerMedian(DoubleStream.of(3).toArray(), 3, -1)).isEqualTo(-1);
    Peers nobody = new Peers(List.of());
    assertThat(nobody.usualNs()).isZero();
  }
}
