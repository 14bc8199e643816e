package io.weighbridge.gateway.admission;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The calls that one caller, or one tenant, may make now. Thread-safe, without locks.
 *
 * <pre>
 * Implementation notes: the generic cell rate algorithm (ITU-T I.371, annex A; as "virtual scheduling"): the one number
 * kept is when the next call would be due if all calls kept their distance, and a call may be early by the burst. It
 * does exactly what a bucket of tokens does, filled evenly, but needs no refilling and no second field, so one
 * compare-and-set is all that the event loops share, and nobody but callers with a rule pays for it.
 * </pre>
 */
final class RateLimit {
  private final long intervalNs;
  private final long earlyNsMax;
  private final String text;
  private final AtomicLong dueNs;

  /**
   * A full one.
   *
   * @param whose who may make these calls, for the refusal's message
   */
  RateLimit(RateRule rule, String whose, long nowNs) {
    intervalNs = rule.intervalNs();
    earlyNsMax = (rule.burst() - 1) * intervalNs;
    text = whose + " is over its rate of " + rule.text() + ", burst " + rule.burst();
    dueNs = new AtomicLong(nowNs);
  }

  /** Takes a call; false when there is none left now. */
  boolean take(long nowNs) {
    while (true) {
      long due = dueNs.get();
      long earlyNs = due - nowNs;
      if (earlyNs > earlyNsMax) {
        return false;
      }
      if (dueNs.compareAndSet(due, (earlyNs > 0 ? due : nowNs) + intervalNs)) {
        return true;
      }
    }
  }

  /** A call that was taken is not made. */
  void giveBack() {
    dueNs.addAndGet(-intervalNs);
  }

  /** How long until there is a call again, if nobody takes it; 0 when there is one. */
  long waitNs(long nowNs) {
    return Math.max(0, dueNs.get() - nowNs - earlyNsMax);
  }

  /** Who is over which rate. */
  String text() {
    return text;
  }
}
