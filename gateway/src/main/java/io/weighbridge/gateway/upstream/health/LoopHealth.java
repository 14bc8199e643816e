package io.weighbridge.gateway.upstream.health;

import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Host;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * What one event loop counts of its tries on hosts, and what it is told about them. Confined to
 * that loop, except for what any thread may call, which says so.
 *
 * <pre>
 * Implementation notes: counts only rise and have one writer, so a plain add and an opaque store are enough, and a reader
 * is at most one try behind. What a version costs on a host is an average of latencies that jumps up to a higher one at
 * once and forgets with a half-life ("peak EWMA": Twitter's Finagle, balancer documentation, 2015): one slow answer is
 * noticed, and a host that gets no calls for it is tried again once its cost has halved often enough. A bit is set only where
 * it is not: mostly a count costs a look at it. Bits that are taken at that moment are set once more by it, which costs a look
 * at each. A count right behind a bit that is being taken may be missed by that look, so the next one goes there again; see
 * {@link Activity}.
 * </pre>
 */
public final class LoopHealth {
  /* A cache line of longs for each seat. */
  private static final int CELLS = 8;
  private static final int STARTED = 0;
  private static final int ENDED = 1;
  private static final int ANSWERED = 2;
  private static final int ERRED = 3;
  private static final int BROKE = 4;
  private static final int TIMED = 5;
  private static final int LATENCY_NS = 6;
  private static final int TURNED_AWAY = 7;

  /* A second and a bit, as a power of two. */
  private static final int HALF_LIFE_SHIFT = 30;
  private static final long HALF_LIFE_NS = 1L << HALF_LIFE_SHIFT;
  private static final int HALVINGS_MAX = 60;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle FLAG = MethodHandles.arrayElementVarHandle(boolean[].class);

  private final AtomicReference<Standings> published;
  private final int inFlightFirst;
  private final LoopLag lag;
  private final Set<Host> connected;

  // Grows by replacement; volatile so that a reader sees a whole array.
  private volatile long[] cells = new long[0];

  // The same; one that is written while it grows is written again at the next look.
  private volatile int[] limits = new int[0];
  private volatile boolean[] limited = new boolean[0];
  private volatile long[] usualNs = new long[0];

  // The same as of cells.
  private volatile int[] calledOff = new int[0];
  private volatile int[] waiting = new int[0];

  // The same; a bit for each seat of which something was counted since the last look.
  private volatile long[] touched = new long[0];
  private final LatencyCounts latencies = new LatencyCounts();
  private double[] costsNs = new double[0];
  private long[] measuredAtNs = new long[0];

  /**
   * Nothing is counted yet.
   *
   * @param published the standings to choose by
   * @param connected gets the hosts that were connected to; shared by all loops
   * @param inFlightFirst calls of this loop at a time that a host may have before anything is said
   *     about it
   */
  LoopHealth(
      AtomicReference<Standings> published, Set<Host> connected, int inFlightFirst, Ticker ticker) {
    this.published = published;
    this.inFlightFirst = inFlightFirst;
    this.connected = connected;
    lag = new LoopLag(ticker);
  }

  /** How late this loop is. */
  public LoopLag lag() {
    return lag;
  }

  /** The standings to choose by now. */
  public Standings standings() {
    return published.getAcquire();
  }

  /** A connection to the host was made. */
  public void connected(Host host) {
    connected.add(host);
  }

  /** A call of one message was given to the host. */
  public void started(int seat) {
    add(seat, STARTED, 1);
  }

  /** The host has all of a call that was {@link #started}. */
  public void asked(int seat) {
    waits(seat, 1);
  }

  /**
   * The answer of a call that was {@link #started} has begun, or will never come.
   *
   * @param asked whether it was {@link #asked}
   */
  public void ended(int seat, boolean asked) {
    if (asked) {
      waits(seat, -1);
    }
    add(seat, ENDED, 1);
  }

  /* Untouched: what has calls in flight is looked at. */
  private void waits(int seat, int more) {
    int[] current = waiting;
    INT.setOpaque(current, seat, current[seat] + more);
  }

  /** A try on the host is over. */
  public void ended(int seat, Outcome outcome) {
    switch (outcome) {
      case ANSWERED -> add(seat, ANSWERED, 1);
      case ERRED -> add(seat, ERRED, 1);
      case BROKE -> add(seat, BROKE, 1);
      case CALLED_OFF -> {
        int[] current = calledOff;
        INT.setOpaque(current, seat, current[seat] + 1);
        touch(seat);
      }
      case NOTHING -> {
        // Says nothing.
      }
    }
  }

  /** A call was not given to the host, for it has as many as it can do. */
  public void turnedAway(int seat) {
    add(seat, TURNED_AWAY, 1);
  }

  /** Whether the host has as many calls of this loop as it may. */
  public boolean full(int seat) {
    int[] current = limits;
    return seat < current.length && inFlight(seat) >= (int) INT.getOpaque(current, seat);
  }

  /** Whether it has one more than that. */
  public boolean overfull(int seat) {
    int[] current = limits;
    return seat < current.length && inFlight(seat) > (int) INT.getOpaque(current, seat);
  }

  /** Calls of one message of this loop that the host has not begun to answer. Any thread. */
  public long inFlight(int seat) {
    long[] now = cells;
    int at = seat * CELLS;
    return at >= now.length
        ? 0
        : (long) CELL.getOpaque(now, at + STARTED) - (long) CELL.getOpaque(now, at + ENDED);
  }

  /** Calls of one message that were given to the host, or would have been. Any thread. */
  long wanted(int seat) {
    long[] now = cells;
    int at = seat * CELLS;
    return at >= now.length
        ? 0
        : (long) CELL.getOpaque(now, at + STARTED) + (long) CELL.getOpaque(now, at + TURNED_AWAY);
  }

  /** Whether that many are what it was found to be able to do. */
  public boolean limited(int seat) {
    boolean[] current = limited;
    return seat < current.length && (boolean) FLAG.getOpaque(current, seat);
  }

  /** What an answer of the host took lately; 0 while unknown. */
  public long usualNs(int seat) {
    long[] current = usualNs;
    return seat < current.length ? (long) CELL.getOpaque(current, seat) : 0;
  }

  /**
   * Says how many calls of this loop the host may have, and what an answer takes now. Any one
   * thread.
   *
   * @param found whether it was found to be able to do that many, and no more
   * @param answerNs 0 when nothing is known
   */
  void tell(int seat, int inFlightMax, boolean found, long answerNs) {
    int[] current = limits;
    boolean[] currentLimited = limited;
    long[] currentNs = usualNs;
    if (seat < Math.min(current.length, Math.min(currentLimited.length, currentNs.length))) {
      INT.setOpaque(current, seat, inFlightMax);
      FLAG.setOpaque(currentLimited, seat, found);
      if (answerNs > 0) {
        CELL.setOpaque(currentNs, seat, answerNs);
      }
    }
  }

  /** The host took that long for an answer. */
  public void took(int seat, long latencyNs, long nowNs) {
    add(seat, TIMED, 1);
    add(seat, LATENCY_NS, latencyNs);
    double beforeNs = costsNs[seat];
    double weight = weight(nowNs - measuredAtNs[seat]);
    costsNs[seat] =
        latencyNs >= beforeNs * weight ? latencyNs : beforeNs * weight + latencyNs * (1 - weight);
    measuredAtNs[seat] = nowNs;
  }

  /** An answer of this version took that long, on whichever host. */
  public void timed(int slot, long latencyNs) {
    latencies.add(slot, latencyNs);
  }

  /** What {@link #timed} counted. */
  LatencyCounts latencies() {
    return latencies;
  }

  /** What a call costs there, in nanoseconds; 0 when unknown, or known too long ago. */
  public double costNs(int seat, long nowNs) {
    return seat < costsNs.length ? costsNs[seat] * weight(nowNs - measuredAtNs[seat]) : 0;
  }

  /** Half after a half-life, in straight lines between. */
  private static double weight(long ageNs) {
    long halvings = ageNs >> HALF_LIFE_SHIFT;
    if (ageNs <= 0 || halvings > HALVINGS_MAX) {
      return ageNs <= 0 ? 1 : 0;
    }
    double rest = (double) (ageNs & (HALF_LIFE_NS - 1)) / HALF_LIFE_NS;
    return (1 - rest / 2) / (1L << halvings);
  }

  private void add(int seat, int cell, long amount) {
    long[] current = cells;
    int at = seat * CELLS + cell;
    if (at >= current.length) {
      current = grow(seat);
    }
    CELL.setOpaque(current, at, current[at] + amount);
    touch(seat);
  }

  private void touch(int seat) {
    long[] current = touched;
    int at = seat / Long.SIZE;
    long bits = (long) CELL.getOpaque(current, at);
    if ((bits & 1L << seat) == 0) {
      CELL.setOpaque(current, at, bits | 1L << seat);
    }
  }

  /** Names the seats of which something was counted since the last time. Any one thread. */
  void takeTouched(IntConsumer to) {
    long[] current = touched;
    for (int i = 0; i < current.length; i++) {
      if ((long) CELL.getOpaque(current, i) == 0) {
        continue;
      }
      for (long bits = (long) CELL.getAndSet(current, i, 0L); bits != 0; bits &= bits - 1) {
        to.accept(i * Long.SIZE + Long.numberOfTrailingZeros(bits));
      }
    }
  }

  private long[] grow(int seat) {
    int seats = Math.max(seat + 1, 2 * costsNs.length);
    costsNs = Arrays.copyOf(costsNs, seats);
    measuredAtNs = Arrays.copyOf(measuredAtNs, seats);
    int[] moreLimits = Arrays.copyOf(limits, seats);
    Arrays.fill(moreLimits, limits.length, seats, inFlightFirst);
    limits = moreLimits;
    limited = Arrays.copyOf(limited, seats);
    usualNs = Arrays.copyOf(usualNs, seats);
    calledOff = Arrays.copyOf(calledOff, seats);
    waiting = Arrays.copyOf(waiting, seats);
    touched = Arrays.copyOf(touched, Math.ceilDiv(seats, Long.SIZE));
    long[] grown = Arrays.copyOf(cells, seats * CELLS);
    cells = grown;
    return grown;
  }

  /** Adds what was counted for a seat so far. Any thread. */
  void add(int seat, Counts to) {
    long[] current = cells;
    int at = seat * CELLS;
    if (at >= current.length) {
      return;
    }
    to.ended += (long) CELL.getOpaque(current, at + ENDED);
    to.started += (long) CELL.getOpaque(current, at + STARTED);
    to.answered += (long) CELL.getOpaque(current, at + ANSWERED);
    to.erred += (long) CELL.getOpaque(current, at + ERRED);
    to.broke += (long) CELL.getOpaque(current, at + BROKE);
    to.timed += (long) CELL.getOpaque(current, at + TIMED);
    to.latencyNs += (long) CELL.getOpaque(current, at + LATENCY_NS);
    to.turnedAway += (long) CELL.getOpaque(current, at + TURNED_AWAY);
    int[] off = calledOff;
    to.calledOff += seat < off.length ? (int) INT.getOpaque(off, seat) : 0;
    int[] now = waiting;
    to.waiting += seat < now.length ? (int) INT.getOpaque(now, seat) : 0;
  }

  /** Sums over loops. Confined to whoever adds them up. */
  static final class Counts {
    long started;
    long ended;
    long answered;
    long erred;
    long broke;
    long timed;
    long latencyNs;
    long turnedAway;

    /** These have ended too, without a word of the host. */
    long calledOff;

    /** Not a sum over time: what the host has all of now, and has not begun to answer. */
    long waiting;

    /** What was counted since another moment. */
    Counts since(Counts before) {
      Counts more = new Counts();
      more.started = started - before.started;
      more.ended = ended - before.ended;
      more.answered = answered - before.answered;
      more.erred = erred - before.erred;
      more.broke = broke - before.broke;
      more.timed = timed - before.timed;
      more.latencyNs = latencyNs - before.latencyNs;
      more.turnedAway = turnedAway - before.turnedAway;
      more.calledOff = calledOff - before.calledOff;
      more.waiting = waiting;
      return more;
    }

    /** Takes the other's. */
    void set(Counts other) {
      started = other.started;
      ended = other.ended;
      answered = other.answered;
      erred = other.erred;
      broke = other.broke;
      timed = other.timed;
      latencyNs = other.latencyNs;
      turnedAway = other.turnedAway;
      calledOff = other.calledOff;
      waiting = other.waiting;
    }

    boolean nothing() {
      return started == 0 && ended == 0 && answered + erred + broke == 0;
    }
  }
}
