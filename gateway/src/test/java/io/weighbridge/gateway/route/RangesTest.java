package io.weighbridge.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weighbridge.gateway.route.ModelSpec.Range;
import io.weighbridge.gateway.route.Ranges.Move;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RangesTest {
  private static final Ranges ALL_ON_1 = Ranges.of(Map.of("1", 1_000_000));

  @Test
  void laysOutTheFirstWeightsByName() {
    assertThat(Ranges.of(Map.of("b", 250_000, "a", 750_000)).ascending())
        .containsExactly(new Range(0, 750_000, "a"), new Range(750_000, 1_000_000, "b"));
  }

  @Test
  void aGrowingCanaryKeepsEveryoneItHas() {
    Ranges tenth = ALL_ON_1.change(Map.of("1", 900_000, "2", 100_000));
    Ranges half = tenth.change(Map.of("1", 500_000, "2", 500_000));
    BitSet left = buckets(tenth, "2");
    left.andNot(buckets(half, "2"));
    assertThat(left.cardinality()).isZero();
    assertThat(buckets(half, "2").cardinality()).isEqualTo(500_000);
    assertThat(tenth.movesTo(half)).containsExactly(new Move("1", "2", 400_000));
  }

  @Test
  void aShrinkingVersionGivesUpWhatItReceivedLast() {
    Ranges tenth = ALL_ON_1.change(Map.of("1", 900_000, "2", 100_000));
    Ranges back =
        tenth.change(Map.of("1", 500_000, "2", 500_000)).change(Map.of("1", 900_000, "2", 100_000));
    assertThat(buckets(back, "2")).isEqualTo(buckets(tenth, "2"));
  }

  @Test
  void aThirdVersionTakesOnlyFromWhatFell() {
    Ranges two = ALL_ON_1.change(Map.of("1", 600_000, "2", 400_000));
    Ranges three = two.change(Map.of("1", 600_000, "2", 100_000, "3", 300_000));
    assertThat(two.movesTo(three)).containsExactly(new Move("2", "3", 300_000));
    assertThat(buckets(three, "1")).isEqualTo(buckets(two, "1"));
  }

  @Test
  void joinsNeighboursAndFindsOwners() {
    Ranges there = ALL_ON_1.change(Map.of("1", 1, "2", 999_999));
    assertThat(there.ownerOf(0)).isEqualTo("1");
    assertThat(there.ownerOf(1)).isEqualTo("2");
    assertThat(there.change(Map.of("1", 1_000_000)).ascending())
        .containsExactly(new Range(0, 1_000_000, "1"));
    assertThat(Ranges.NONE.ownerOf(5)).isEmpty();
  }

  @Test
  void refusesWeightsThatDoNotAddUpAndRangesWithHoles() {
    assertThatThrownBy(() -> Ranges.of(Map.of("1", 999_999))).hasMessageContaining("999999");
    assertThatThrownBy(() -> Ranges.of(Map.of("1", 1_000_001, "2", -1)))
        .hasMessageContaining("not");
    assertThatThrownBy(() -> new Ranges(List.of(new Range(1, 1_000_000, "1"))))
        .hasMessageContaining("hole at bucket 0");
    assertThatThrownBy(() ->
            new Ranges(List.of(new Range(0, 600_000, "1"), new Range(500_000, 1_000_000, "2"))))
        .hasMessageContaining("overlap");
  }

  /** The two promises, over random histories: fewest buckets moved, and none but from who fell. */
  @Test
  void movesTheFewestBucketsAndOnlyFromVersionsThatFell() {
    Random random = new Random(20_260_101);
    Ranges ranges = ALL_ON_1;
    for (int change = 0; change < 2_000; change++) {
      Map<String, Integer> before = ranges.weightsPpm();
      Map<String, Integer> wanted = randomWeights(random);
      Ranges next = ranges.change(wanted);

      assertThat(next.weightsPpm()).isEqualTo(positive(wanted));
      assertThat(next.received()).hasSizeLessThanOrEqualTo(Ranges.PIECES_MAX);
      List<Move> moves = ranges.movesTo(next);
      assertThat(moves)
          .allSatisfy(move -> {
            assertThat(wanted.getOrDefault(move.from(), 0)).isLessThan(before.get(move.from()));
            assertThat(wanted.get(move.to())).isGreaterThan(before.getOrDefault(move.to(), 0));
          });
      int fewest =
          before.entrySet().stream()
              .mapToInt(old -> Math.max(0, old.getValue() - wanted.getOrDefault(old.getKey(), 0)))
              .sum();
      assertThat(moves.stream().mapToInt(Move::buckets).sum()).isEqualTo(fewest);
      ranges = next;
    }
  }

  @Test
  void laysOutAnewRatherThanGrowWithoutBound() {
    List<Range> pieces =
        IntStream.range(0, Ranges.PIECES_MAX)
            .mapToObj(i -> new Range(i, i + 1, "v" + i % 2))
            .collect(Collectors.toCollection(ArrayList::new));
    pieces.set(pieces.size() - 1, new Range(Ranges.PIECES_MAX - 1, 1_000_000, "v1"));
    Ranges most = new Ranges(pieces);
    Map<String, Integer> weights = new HashMap<>(most.weightsPpm());
    assertThat(most.movesTo(most.change(weights))).isEmpty();
    weights.merge("v1", -1, Integer::sum);
    weights.merge("new", 1, Integer::sum);
    assertThat(most.change(weights)).isEqualTo(Ranges.of(weights));
  }

  private static Map<String, Integer> randomWeights(Random random) {
    Map<String, Integer> weights = new HashMap<>();
    int left = 1_000_000;
    for (String version : List.of("1", "2", "3", "4")) {
      int weight = random.nextBoolean() ? random.nextInt(left + 1) / 10_000 * 10_000 : 0;
      weights.put(version, weight);
      left -= weight;
    }
    weights.merge("5", left, Integer::sum);
    return weights;
  }

  private static Map<String, Integer> positive(Map<String, Integer> weights) {
    Map<String, Integer> positive = new HashMap<>(weights);
    positive.values().removeIf(weight -> weight == 0);
    return positive;
  }

  private static BitSet buckets(Ranges ranges, String version) {
    BitSet buckets = new BitSet();
    ranges.ascending().stream()
        .filter(range -> range.version().equals(version))
        .forEach(range -> buckets.set(range.from(), range.to()));
    return buckets;
  }
}
