package io.weighbridge.gateway.pipeline;

import io.netty.channel.EventLoop;
import io.weighbridge.gateway.http2.LoopClock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deadlines of the calls of one event loop, and the clock they are told by, which is the loop's
 * own. Confined to that loop.
 *
 * <pre>
 * Implementation notes: a hashed wheel (Varghese and Lauck, SOSP 1987, scheme 6) of ticks of 10 ms, its timers in
 * doubly linked lists: starting and stopping one is a few stores and no allocation, where the loop's own queue sorts and
 * allocates for each. A deadline is met up to one tick late. The tick runs only while a timer is set.
 * </pre>
 */
public final class TimerWheel {
  private static final Logger LOG = LoggerFactory.getLogger(TimerWheel.class);

  static final long TICK_NS = 10_000_000L;

  /** What {@link Timer#due} is told when the process stops: later than every deadline. */
  static final long END_OF_TIME_NS = Long.MAX_VALUE;

  private static final int SLOTS = 1 << 10;

  /** One deadline, embedded in whoever has it. Confined to the wheel's loop. */
  abstract static class Timer {
    private @Nullable Timer next;
    private @Nullable Timer previous;
    private long dueTick;
    private int slot = -1;

    /** The time has come; the timer is not set any more. */
    abstract void due(long nowNs);
  }

  private final EventLoop loop;
  private final LoopClock clock;
  private final @Nullable Timer[] heads = new Timer[SLOTS];
  private final long originNs;
  private long doneTick;
  private int count;
  private boolean ticking;

  /** A wheel that turns on this loop. */
  public TimerWheel(EventLoop loop, LoopClock clock) {
    this.loop = loop;
    this.clock = clock;
    originNs = clock.nanoTime();
  }

  /** The clock that every deadline of the loop is in. */
  LoopClock clock() {
    return clock;
  }

  /** Sets the timer, which must not be set. */
  void start(Timer timer, long dueNs, long nowNs) {
    count++;
    if (!ticking) {
      ticking = true;
      doneTick = (nowNs - originNs) / TICK_NS;
      scheduleTick(nowNs);
    }
    timer.dueTick = Math.max(doneTick + 1, (dueNs - originNs + TICK_NS - 1) / TICK_NS);
    timer.slot = (int) (timer.dueTick & (SLOTS - 1));
    timer.previous = null;
    timer.next = heads[timer.slot];
    if (timer.next != null) {
      timer.next.previous = timer;
    }
    heads[timer.slot] = timer;
  }

  /** Unsets the timer; nothing happens when it is not set. */
  void stop(Timer timer) {
    if (timer.slot < 0) {
      return;
    }
    if (timer.previous == null) {
      heads[timer.slot] = timer.next;
    } else {
      timer.previous.next = timer.next;
    }
    if (timer.next != null) {
      timer.next.previous = timer.previous;
    }
    timer.next = null;
    timer.previous = null;
    timer.slot = -1;
    count--;
  }

  /** Makes every timer due at the end of time, now. */
  void fireAll() {
    for (int slot = 0; slot < SLOTS; slot++) {
      Timer timer = heads[slot];
      while (timer != null) {
        stop(timer);
        due(timer, END_OF_TIME_NS);
        timer = heads[slot];
      }
    }
  }

  /** Where ticks end, and not between: a deadline waits for the end of its tick only. */
  private void scheduleTick(long nowNs) {
    long leftNs = TICK_NS - (nowNs - originNs) % TICK_NS;
    var _ = loop.schedule(this::tick, leftNs, TimeUnit.NANOSECONDS);
  }

  private void tick() {
    long nowNs = clock.nanoTime();
    advance(nowNs);
    ticking = count > 0;
    if (ticking) {
      scheduleTick(nowNs);
    }
  }

  void advance(long nowNs) {
    long nowTick = (nowNs - originNs) / TICK_NS;
    // After a pause longer than a turn, one turn looks at every list once.
    long from = Math.max(doneTick + 1, nowTick - SLOTS + 1);
    for (long at = from; at <= nowTick; at++) {
      doneTick = at;
      fire((int) (at & (SLOTS - 1)), nowTick, nowNs);
    }
    doneTick = Math.max(doneTick, nowTick);
  }

  /** The loop has no other wheel: one call's defect must not stop it. */
  private static void due(Timer timer, long nowNs) {
    try {
      timer.due(nowNs);
    } catch (RuntimeException | Error e) {
      LOG.error("a call's timer failed over a defect", e);
    }
  }

  private void fire(int slot, long nowTick, long nowNs) {
    Timer timer = heads[slot];
    while (timer != null) {
      if (timer.dueTick <= nowTick) {
        stop(timer);
        due(timer, nowNs);
        // Whatever it did may have changed the list: begin again; those left are not due.
        timer = heads[slot];
      } else {
        timer = timer.next;
      }
    }
  }
}
