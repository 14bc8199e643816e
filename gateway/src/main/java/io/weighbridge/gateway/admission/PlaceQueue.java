package io.weighbridge.gateway.admission;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one version that wait for a place, each caller's in a line of its own. Confined to
 * its event loop.
 *
 * <p>The next place goes to the waiting caller that has the fewest of those given out here, and
 * among equals to the one that got none for longest: with nothing else to tell callers apart, they
 * take turns. Within a line priority decides, then who came first.
 */
final class PlaceQueue {
  /** The calls of one caller that wait, and how many have a place they waited for. */
  static final class Line {
    private final Whose whose;
    private final List<Waiter> calls = new ArrayList<>();
    private int placed;
    private long lastTurn;

    private Line(Whose whose) {
      this.whose = whose;
    }

    /** How many of the waiting come before one of this rank that comes now. */
    private int before(long rank) {
      int at = calls.size();
      while (at > 0 && Long.compareUnsigned(calls.get(at - 1).terms.rank(), rank) > 0) {
        at--;
      }
      return at;
    }
  }

  private static final Comparator<Line> NEXT_FIRST =
      Comparator.comparingInt((Line line) -> line.placed).thenComparingLong(line -> line.lastTurn);

  private final Map<Whose, Line> lines = new LinkedHashMap<>();
  private int size;
  private long turn;

  /** Set by whoever has its places looked at soon. */
  boolean woken;

  /** When the first came of those that have waited, one or another, without a break. */
  private long sinceNs;

  private long lastNs;

  /** How many wait. */
  int size() {
    return size;
  }

  /**
   * For how long calls have been waiting here, one that comes now among them.
   *
   * @param breakNs for so long, at least, none comes and none waits where one time ends
   */
  long standingNs(long nowNs, long breakNs) {
    sinceNs = size == 0 && nowNs - lastNs >= breakNs ? nowNs : sinceNs;
    lastNs = nowNs;
    return nowNs - sinceNs;
  }

  /** How many calls of its own caller this one would wait behind. */
  int ownBefore(Waiter waiter) {
    Line line = lines.get(waiter.whose);
    return line == null ? 0 : line.before(waiter.terms.rank());
  }

  /**
   * How many calls, whoever's, would go before one that has that many of its own caller before it:
   * as many of each other caller, if they take turns.
   */
  int before(Waiter waiter, int ownBefore) {
    int count = ownBefore;
    for (Line line : lines.values()) {
      if (!line.whose.equals(waiter.whose)) {
        count += Math.min(ownBefore, line.calls.size());
      }
    }
    return count;
  }

  /**
   * Adds a call. When that is one too many, the caller that has most waiting loses its last: which
   * is the new call's, unless another has more.
   *
   * @param callsMax how many may wait
   * @return the one that waits no more, maybe the new one itself; null when there was room
   */
  @Nullable Waiter add(Waiter waiter, int callsMax) {
    Line own = lines.computeIfAbsent(waiter.whose, Line::new);
    own.calls.add(own.before(waiter.terms.rank()), waiter);
    waiter.line = own;
    waiter.waits = true;
    size++;
    if (size <= callsMax) {
      return null;
    }
    Line most = own;
    for (Line line : lines.values()) {
      most = line.calls.size() > most.calls.size() ? line : most;
    }
    Waiter last = most.calls.getLast();
    remove(last);
    return last;
  }

  /** The call that the next place is for; null when none waits. */
  @Nullable Waiter next() {
    Line first = null;
    for (Line line : lines.values()) {
      boolean before = first == null || NEXT_FIRST.compare(line, first) < 0;
      first = !line.calls.isEmpty() && before ? line : first;
    }
    return first == null ? null : first.calls.getFirst();
  }

  /**
   * Whether the call that is {@link #next} may have a place that there is not: while its caller has
   * none of those given out here, and another one has some.
   */
  boolean oneMore(Waiter next) {
    if (!next.terms.countsAsPlace() || lineOf(next).placed > 0) {
      return false;
    }
    for (Line line : lines.values()) {
      if (line.placed > 0) {
        return true;
      }
    }
    return false;
  }

  /** A waiting call has a place. */
  void placed(Waiter waiter) {
    Line line = take(waiter);
    line.lastTurn = ++turn;
    if (waiter.terms.countsAsPlace()) {
      line.placed++;
    } else {
      waiter.line = null;
      tidy(line);
    }
  }

  /** A call that has a place gives it back. */
  void left(Waiter waiter) {
    Line line = lineOf(waiter);
    waiter.line = null;
    line.placed--;
    tidy(line);
  }

  /** A call does not wait any more. */
  void remove(Waiter waiter) {
    Line line = take(waiter);
    waiter.line = null;
    tidy(line);
  }

  /** Takes out those that have waited long enough. */
  List<Waiter> takeLate(long nowNs) {
    List<Waiter> late = new ArrayList<>();
    for (Line line : lines.values()) {
      for (Waiter waiter : line.calls) {
        if (nowNs - waiter.untilNs >= 0) {
          late.add(waiter);
        }
      }
    }
    late.forEach(this::remove);
    return late;
  }

  /** How many callers are known: those that wait or have a place they waited for. */
  int callers() {
    return lines.size();
  }

  private Line take(Waiter waiter) {
    Line line = lineOf(waiter);
    line.calls.remove(waiter);
    waiter.waits = false;
    size--;
    return line;
  }

  private static Line lineOf(Waiter waiter) {
    Line line = waiter.line;
    if (line == null) {
      throw new IllegalStateException("a call that is in no line");
    }
    return line;
  }

  private void tidy(Line line) {
    if (line.calls.isEmpty() && line.placed == 0) {
      lines.remove(line.whose);
    }
  }
}
