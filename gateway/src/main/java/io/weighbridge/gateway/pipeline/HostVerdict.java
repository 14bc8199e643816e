package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.upstream.health.Outcome;

/**
 * What one try shows of its host: how it ended there, and how long the host took. Confined to the
 * call's event loop.
 */
final class HostVerdict {
  /** Only calls of one message each way can be timed. */
  private final boolean timed;

  /** When the request's last byte was given to the connection. */
  private long askedNs;

  private boolean askedAll;
  private long latencyNs = -1;
  private Outcome outcome = Outcome.NOTHING;

  HostVerdict(boolean timed) {
    this.timed = timed;
  }

  /** The host is given the last of the request. */
  void asked(long nowNs) {
    askedAll = true;
    askedNs = nowNs;
  }

  /** The first of the answer is here. */
  void heard(long nowNs) {
    if (timed && askedAll && latencyNs < 0) {
      latencyNs = nowNs - askedNs;
    }
  }

  /** The try ended so. */
  void is(Outcome how) {
    outcome = how;
  }

  /** For how long the host has had all of the request. */
  long waitedNs(long nowNs) {
    return askedAll ? nowNs - askedNs : 0;
  }

  /** The call ran out of time: held against the host if it had this much of it. */
  void outOfTime(long patienceNs, long nowNs) {
    if (timed && askedAll && waitedNs(nowNs) >= patienceNs) {
      tooLate(nowNs);
    }
  }

  /** The host takes far longer than others. */
  void tooLate(long nowNs) {
    outcome = Outcome.ERRED;
    latencyNs = waitedNs(nowNs);
  }

  /**
   * Another host was quicker.
   *
   * @param lateNs when it would have been late
   */
  void calledOff(long lateNs, long nowNs) {
    long waitedNs = waitedNs(nowNs);
    outcome = Outcome.CALLED_OFF;
    // An answer within that time would have been none to wait for.
    latencyNs = waitedNs >= lateNs ? waitedNs : -1;
  }

  Outcome outcome() {
    return outcome;
  }

  long latencyNs() {
    return latencyNs;
  }
}
