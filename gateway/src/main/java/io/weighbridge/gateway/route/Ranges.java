package io.weighbridge.gateway.route;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who owns which of a model's buckets, and in what order each version received its own. Immutable.
 *
 * <p>A change of weights moves the fewest buckets: a version whose weight falls gives up what it
 * received last, one whose weight rises takes it, all others keep all. So a caller moves only if
 * its version's weight fell, and a canary that grows and shrinks keeps its first callers.
 *
 * @param received pieces that cover every bucket once (or none); those of one version stand in the
 *     order in which it received them
 */
public record Ranges(List<ModelSpec.Range> received) {
  /**
   * Pieces of one model. A change that would make more lays all ranges out anew, which moves
   * callers; it takes thousands of changes among three or more versions to get there.
   */
  static final int PIECES_MAX = 4_096;

  /** Nobody owns anything: no version has weight. */
  public static final Ranges NONE = new Ranges(List.of());

  public Ranges {
    received = List.copyOf(received);
    int next = 0;
    for (ModelSpec.Range range : ascending(received)) {
      if (range.from() != next || range.to() <= range.from()) {
        throw new IllegalArgumentException("ranges overlap or leave a hole at bucket " + next);
      }
      next = range.to();
    }
    if (next != 0 && next != Bucket.COUNT) {
      throw new IllegalArgumentException("ranges end at bucket " + next);
    }
  }

  /** Buckets that change hands. */
  public record Move(String from, String to, int buckets) {}

  /** The ranges of a model that had none. */
  public static Ranges of(Map<String, Integer> weightsPpm) {
    return NONE.change(weightsPpm);
  }

  /** Weight of every version that has any, by name. */
  public Map<String, Integer> weightsPpm() {
    Map<String, Integer> weights = new TreeMap<>();
    received.forEach(range -> weights.merge(range.version(), size(range), Integer::sum));
    return weights;
  }

  /**
   * These ranges after a change of weights.
   *
   * @param weightsPpm must add up to 1,000,000; versions not named get none
   */
  public Ranges change(Map<String, Integer> weightsPpm) {
    int sum = weightsPpm.values().stream().mapToInt(Integer::intValue).sum();
    if (sum != Bucket.COUNT || weightsPpm.values().stream().anyMatch(weight -> weight < 0)) {
      throw new IllegalArgumentException("weights add up to " + sum + " ppm, not 1000000");
    }
    Map<String, Deque<ModelSpec.Range>> byVersion = byVersion();
    Deque<ModelSpec.Range> freed = release(byVersion, weightsPpm);
    for (Map.Entry<String, Integer> weight : new TreeMap<>(weightsPpm).entrySet()) {
      Deque<ModelSpec.Range> pieces =
          byVersion.computeIfAbsent(weight.getKey(), _ -> new ArrayDeque<>());
      take(pieces, freed, weight.getKey(), weight.getValue() - held(pieces));
    }
    List<ModelSpec.Range> all = new ArrayList<>();
    byVersion.values().forEach(all::addAll);
    return all.size() > PIECES_MAX ? of(weightsPpm) : new Ranges(all);
  }

  /** Takes from every version what it holds over its weight, newest first. */
  private static Deque<ModelSpec.Range> release(
      Map<String, Deque<ModelSpec.Range>> byVersion, Map<String, Integer> weightsPpm) {
    Deque<ModelSpec.Range> freed = new ArrayDeque<>();
    if (byVersion.isEmpty()) {
      freed.add(new ModelSpec.Range(0, Bucket.COUNT, ""));
    }
    byVersion.forEach((version, pieces) -> {
      int over = held(pieces) - weightsPpm.getOrDefault(version, 0);
      while (over > 0) {
        ModelSpec.Range last = pieces.removeLast();
        int cut = Math.min(over, size(last));
        if (cut < size(last)) {
          pieces.addLast(new ModelSpec.Range(last.from(), last.to() - cut, version));
        }
        freed.addLast(new ModelSpec.Range(last.to() - cut, last.to(), version));
        over -= cut;
      }
    });
    return freed;
  }

  /** Gives a version what it lacks of its weight out of what was freed. */
  private static void take(
      Deque<ModelSpec.Range> pieces, Deque<ModelSpec.Range> freed, String version, int lacking) {
    int left = lacking;
    while (left > 0) {
      ModelSpec.Range next = freed.removeFirst();
      int taken = Math.min(left, size(next));
      if (taken < size(next)) {
        freed.addFirst(new ModelSpec.Range(next.from() + taken, next.to(), next.version()));
      }
      append(pieces, new ModelSpec.Range(next.from(), next.from() + taken, version));
      left -= taken;
    }
  }

  /** A piece that goes on where the last one ended is one piece with it: both ends agree. */
  private static void append(Deque<ModelSpec.Range> pieces, ModelSpec.Range piece) {
    ModelSpec.Range last = pieces.peekLast();
    if (last != null && last.to() == piece.from()) {
      pieces.removeLast();
      pieces.addLast(new ModelSpec.Range(last.from(), piece.to(), piece.version()));
    } else {
      pieces.addLast(piece);
    }
  }

  private Map<String, Deque<ModelSpec.Range>> byVersion() {
    Map<String, Deque<ModelSpec.Range>> byVersion = new LinkedHashMap<>();
    for (ModelSpec.Range range : received) {
      byVersion.computeIfAbsent(range.version(), _ -> new ArrayDeque<>()).addLast(range);
    }
    return byVersion;
  }

  /** As the route table wants them: ascending, neighbours of one version joined. */
  public List<ModelSpec.Range> ascending() {
    Deque<ModelSpec.Range> joined = new ArrayDeque<>();
    for (ModelSpec.Range range : ascending(received)) {
      ModelSpec.Range last = joined.peekLast();
      if (last != null && last.version().equals(range.version())) {
        joined.removeLast();
        joined.addLast(new ModelSpec.Range(last.from(), range.to(), range.version()));
      } else {
        joined.addLast(range);
      }
    }
    return List.copyOf(joined);
  }

  private static List<ModelSpec.Range> ascending(List<ModelSpec.Range> ranges) {
    return ranges.stream().sorted(Comparator.comparingInt(ModelSpec.Range::from)).toList();
  }

  /** The version that owns a bucket, or "" when nobody owns any. */
  public String ownerOf(int bucket) {
    for (ModelSpec.Range range : received) {
      if (range.from() <= bucket && bucket < range.to()) {
        return range.version();
      }
    }
    return "";
  }

  /** What changes hands between these ranges and others, by pair of versions. */
  public List<Move> movesTo(Ranges other) {
    Map<String, Map<String, Integer>> moved = new TreeMap<>();
    List<ModelSpec.Range> theirs = other.ascending();
    int at = 0;
    for (ModelSpec.Range mine : ascending()) {
      while (at < theirs.size() && theirs.get(at).from() < mine.to()) {
        ModelSpec.Range their = theirs.get(at);
        int overlap = Math.min(mine.to(), their.to()) - Math.max(mine.from(), their.from());
        if (overlap > 0 && !mine.version().equals(their.version())) {
          moved
              .computeIfAbsent(mine.version(), _ -> new TreeMap<>())
              .merge(their.version(), overlap, Integer::sum);
        }
        if (their.to() > mine.to()) {
          break;
        }
        at++;
      }
    }
    List<Move> moves = new ArrayList<>();
    moved.forEach((from, to) -> to.forEach((name, n) -> moves.add(new Move(from, name, n))));
    return moves;
  }

  private static int held(Deque<ModelSpec.Range> pieces) {
    return pieces.stream().mapToInt(Ranges::size).sum();
  }

  private static int size(ModelSpec.Range range) {
    return range.to() - range.from();
  }
}
