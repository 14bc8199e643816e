package io.weighbridge.gateway.admission;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of one event loop that wait because every host of their version has as many as it can
 * do. Confined to that loop.
 *
 * <p>Nothing is asked of the hosts, and nobody refused, while another call is being dealt with:
 * places are given out by a task of the loop, in the same iteration. While calls wait, a timer
 * looks every {@link #LOOK_NS} for those that waited long enough, and for limits that have grown.
 *
 * <p>Implementation note: a queue is for bursts. One in which calls have waited for {@link
 * #STANDING_NS} without a break only makes every answer late, so a call may then wait no longer
 * than an answer takes: the controlled delay of "Fail at Scale" (Maurer, ACM Queue 13(8), 2015),
 * after CoDel (RFC 8289), with what the hosts take in place of its fixed target.
 */
public final class PlaceQueues {
  private static final Logger LOG = LoggerFactory.getLogger(PlaceQueues.class);

  /** How late, at most, a call hears that it has waited long enough. */
  static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /** A queue that has not been empty for so long is no burst. */
  static final long STANDING_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * On a busy machine calls and places come in gusts: a queue that is empty for less was not empty.
   */
  static final long BREAK_NS = 3 * LOOK_NS;

  /** What a call may wait in such a queue however quick answers are. */
  static final long STANDING_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(5);

  /**
   * Before it was found what the hosts can do, so many times as many calls may wait for so many
   * times as long: what looks like too much may only be sudden.
   */
  static final int UNKNOWN_FACTOR = 10;

  /** What every refusal here begins with. */
  public static final String FULL = "every host has as many calls as it can do";

  static final String TOO_LONG = FULL + ", for longer than queue-time-max";
  static final String STANDING = FULL + ", all the time, and for longer than an answer takes";
  static final String TIMED_OUT = FULL + ", for longer than its timeout";
  static final String TOO_LATE = FULL + ", too long for its deadline";
  static final String CROWDED = FULL + ", and queued-calls-max calls wait";
  static final String TOO_LARGE = FULL + ", and what waits fills process-buffered-bytes-max";

  /**
   * Bounds of what waits. Immutable.
   *
   * @param timeMaxNs longest wait of a call; 0: none waits
   * @param callsMax calls of one version
   * @param bytesMax what the requests of all of them may hold
   */
  public record Limits(long timeMaxNs, int callsMax, long bytesMax) {}

  /**
   * How soon there will be places. Immutable.
   *
   * @param usualNs what an answer usually takes; 0 when unknown
   * @param places calls that the hosts have of this loop
   * @param known whether that is what they were found to be able to do
   */
  public record Outlook(long usualNs, long places, boolean known) {
    private int factor() {
      return known ? 1 : UNKNOWN_FACTOR;
    }

    /** How long until that many places are free. */
    long waitNs(int count) {
      return places == 0 ? 0 : count * usualNs / places;
    }
  }

  private final Limits limits;
  private final EventLoop loop;
  private final List<PlaceQueue> queues = new ArrayList<>();
  private @Nullable PlaceQueue[] bySlot = new PlaceQueue[0];
  private final ArrayDeque<Waiter> ousted = new ArrayDeque<>();
  private final ArrayDeque<PlaceQueue> woken = new ArrayDeque<>();
  private boolean scheduled;
  private boolean looking;
  private int waiting;
  private long heldBytes;

  /** Queues of this loop, all empty. */
  public PlaceQueues(Limits limits, EventLoop loop) {
    this.limits = limits;
    this.loop = loop;
  }

  /** Whether calls of this version wait: then a new one may not go before them. */
  public boolean waits(int slot) {
    return waiting > 0 && slot < bySlot.length && size(slot) > 0;
  }

  private int size(int slot) {
    PlaceQueue queue = bySlot[slot];
    return queue == null ? 0 : queue.size();
  }

  /** A call of this version is over, or hosts may take one for another reason. */
  public void placeFree(int slot) {
    if (waits(slot)) {
      wake(queue(slot));
    }
  }

  /**
   * Lets a call wait, unless it would wait in vain.
   *
   * @return why it does not wait, or null when it does
   */
  public @Nullable String join(int slot, Waiter waiter, Outlook outlook, long nowNs) {
    if (limits.timeMaxNs == 0) {
      return FULL;
    }
    PlaceQueue queue = queue(slot);
    bound(waiter, outlook, queue.standingNs(nowNs, BREAK_NS) >= STANDING_NS, nowNs);
    int ownBefore = queue.ownBefore(waiter);
    long goesNs = nowNs + outlook.waitNs(1 + queue.before(waiter, ownBefore));
    if (goesNs + outlook.usualNs - waiter.terms.deadlineNs() > 0) {
      return TOO_LATE;
    }
    // What is expected is never certain: one call of each caller may try.
    if (ownBefore > 0 && goesNs - waiter.untilNs > 0) {
      return waiter.lateDetail;
    }
    if (heldBytes + waiter.terms.bytesMax() > limits.bytesMax) {
      return TOO_LARGE;
    }
    Waiter last = queue.add(waiter, outlook.factor() * limits.callsMax);
    if (waiter.equals(last)) {
      return CROWDED;
    }
    count(1, waiter);
    if (last != null) {
      count(-1, last);
      ousted.add(last);
      schedule();
    }
    look();
    return null;
  }

  /** Says until when it waits, and why not longer. */
  private void bound(Waiter waiter, Outlook outlook, boolean standing, long nowNs) {
    long mostNs = outlook.factor() * limits.timeMaxNs;
    waiter.lateDetail = TOO_LONG;
    long standingNs = Math.max(STANDING_WAIT_NS, outlook.usualNs);
    if (standing && outlook.known && outlook.usualNs > 0 && standingNs < mostNs) {
      mostNs = standingNs;
      waiter.lateDetail = STANDING;
    }
    if (waiter.terms.timeoutNs() < mostNs) {
      mostNs = waiter.terms.timeoutNs();
      waiter.lateDetail = TIMED_OUT;
    }
    long leftNs = waiter.terms.deadlineNs() - outlook.usualNs - nowNs;
    // Of what is not known to take any time it is known at its deadline only, which its clock sees.
    if (leftNs < mostNs && outlook.usualNs > 0) {
      mostNs = leftNs;
      waiter.lateDetail = TOO_LATE;
    }
    waiter.untilNs = nowNs + mostNs;
  }

  /** A waiting call goes on, and has a place until it has {@link #ended}. */
  public void placed(int slot, Waiter waiter) {
    count(-1, waiter);
    queue(slot).placed(waiter);
  }

  /** A call is over, whether it waited, had a place or neither. */
  public void ended(int slot, Waiter waiter) {
    if (waiter.waits) {
      count(-1, waiter);
      queue(slot).remove(waiter);
    } else if (waiter.line != null) {
      queue(slot).left(waiter);
    }
  }

  /** How many calls wait. */
  int waiting() {
    return waiting;
  }

  private void count(int calls, Waiter waiter) {
    waiting += calls;
    heldBytes += (long) calls * waiter.terms.bytesMax();
  }

  private PlaceQueue queue(int slot) {
    if (slot >= bySlot.length) {
      bySlot = Arrays.copyOf(bySlot, Math.max(slot + 1, 2 * bySlot.length));
    }
    PlaceQueue queue = bySlot[slot];
    if (queue == null) {
      queue = new PlaceQueue();
      bySlot[slot] = queue;
      queues.add(queue);
    }
    return queue;
  }

  private void wake(PlaceQueue queue) {
    if (!queue.woken) {
      queue.woken = true;
      woken.add(queue);
      schedule();
    }
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      loop.execute(this::run);
    }
  }

  private void run() {
    scheduled = false;
    long nowNs = loop.ticker().nanoTime();
    for (Waiter last = ousted.poll(); last != null; last = ousted.poll()) {
      tell(last, CROWDED);
    }
    for (PlaceQueue queue = woken.poll(); queue != null; queue = woken.poll()) {
      queue.woken = false;
      fill(queue, nowNs);
    }
  }

  /** Gives out what places there are. */
  private void fill(PlaceQueue queue, long nowNs) {
    boolean going = true;
    for (Waiter next = queue.next(); going && next != null; next = queue.next()) {
      if (nowNs - next.untilNs >= 0) {
        queue.remove(next);
        refuse(next);
      } else {
        going = goes(next, queue.oneMore(next), nowNs);
        if (going && next.waits) {
          // Its end failed halfway: there is nobody to wait.
          queue.remove(next);
          count(-1, next);
        }
      }
    }
  }

  private void refuse(Waiter late) {
    count(-1, late);
    tell(late, late.lateDetail);
  }

  /** What fails for one call must not end the looks at all: it is refused when it is late. */
  private static boolean goes(Waiter next, boolean oneMore, long nowNs) {
    try {
      return next.go(oneMore, nowNs);
    } catch (RuntimeException | Error e) {
      LOG.error("a call that waited could not go on", e);
      return false;
    }
  }

  /** What fails for one call must keep no other from hearing. */
  private static void tell(Waiter refused, String detail) {
    try {
      refused.refuse(detail);
    } catch (RuntimeException | Error e) {
      LOG.error("a call that waited could not be refused", e);
    }
  }

  /** Looks again and again while calls wait. */
  private void look() {
    if (looking || waiting == 0) {
      return;
    }
    looking = true;
    var _ = loop.schedule(this::lookNow, LOOK_NS, TimeUnit.NANOSECONDS);
  }

  /** Whatever fails in it, the next look comes. */
  private void lookNow() {
    looking = false;
    try {
      long nowNs = loop.ticker().nanoTime();
      for (PlaceQueue queue : queues) {
        queue.takeLate(nowNs).forEach(this::refuse);
        fill(queue, nowNs);
      }
    } finally {
      look();
    }
  }
}
