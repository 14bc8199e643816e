package io.weighbridge.gateway.upstream.health;

/**
 * Latencies and silence of a version on a host over the last second. Confined to the health thread.
 */
final class Recent {
  /** One call that waits can be a long one. */
  static final long WAITING_MIN = 2;

  /** Looks that make the second: ten. */
  private static final int LOOKS = 10;

  private static final LoopHealth.Counts NOTHING = new LoopHealth.Counts();

  private final long[] timed = new long[LOOKS];
  private final long[] latencyNs = new long[LOOKS];
  private final long[] calledOff = new long[LOOKS];
  private int at;
  private long timedSum;
  private long latencyNsSum;
  private long calledOffSum;
  private long inFlight;
  private long waiting;
  private long heardAtNs;
  private long takenAtNs;

  /** Takes what was counted since the last look. */
  void take(LoopHealth.Counts more, long nowNs) {
    long looks = (nowNs - takenAtNs + HostHealth.LOOK_NS / 2) / HostHealth.LOOK_NS;
    takenAtNs = nowNs;
    for (long missed = Math.min(LOOKS, looks); missed > 1; missed--) {
      put(NOTHING);
    }
    put(more);
    if ((waiting < WAITING_MIN && calledOffSum == 0) || more.ended > more.calledOff) {
      heardAtNs = nowNs;
    }
    inFlight += more.started - more.ended;
    waiting = more.waiting;
  }

  /** A tenth of a second more, and the oldest is forgotten. */
  private void put(LoopHealth.Counts more) {
    at = (at + 1) % LOOKS;
    timedSum += more.timed - timed[at];
    latencyNsSum += more.latencyNs - latencyNs[at];
    timed[at] = more.timed;
    latencyNs[at] = more.latencyNs;
    calledOffSum += more.calledOff - calledOff[at];
    calledOff[at] = more.calledOff;
  }

  /** Whether there is nothing to forget or to wait for. */
  boolean settled() {
    return inFlight == 0 && timedSum == 0 && calledOffSum == 0;
  }

  /** Answers timed. */
  long timed() {
    return timedSum;
  }

  /** Their mean; 0 without any. */
  long meanNs() {
    return timedSum == 0 ? 0 : latencyNsSum / timedSum;
  }

  /** Calls of one message whose answer has not begun. */
  long inFlight() {
    return inFlight;
  }

  /** Those of them that the host has all of. */
  long waiting() {
    return waiting;
  }

  /** Calls that ended because another host was asked as well and answered first. */
  long calledOff() {
    return calledOffSum;
  }

  /** For how long several have waited without any call ending, but for those called off. */
  long silentNs(long nowNs) {
    return nowNs - heardAtNs;
  }
}
