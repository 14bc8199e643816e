package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.upstream.Attempt;
import io.weighbridge.gateway.upstream.health.Outcome;
import io.weighbridge.gateway.upstream.health.Probation;
import org.jspecify.annotations.Nullable;

/**
 * What one try shows of its host: how it ended there, and how long the host took. Confined to the
 * call's event loop.
 *
 * <p>The host's time is from the last byte of the request to the first of the answer: before and
 * after that it may be the caller that is slow.
 */
final class HostVerdict implements Attempt.Shown {
  /** Only calls of one message each way can be timed. */
  private final boolean timed;

  /** Not null while the call shows whether the host is well again. */
  private Probation.@Nullable Trial trial;

  /** When the request's last byte was given to the connection. */
  private long askedNs;

  private boolean askedAll;

  /** When the last of the answer came, once it was {@link #heard}. */
  private long heardNs;

  private boolean heard;
  private long latencyNs = -1;

  /** Of the answer: what the host gets no credit for, because the caller has not taken it. */
  private long untakenBytes;

  private Outcome outcome = Outcome.NOTHING;

  HostVerdict(boolean timed) {
    this.timed = timed;
  }

  /** The host is on probation, and this is a call that shows how it is. */
  void onProbation(Probation.Trial begun) {
    trial = begun;
  }

  /** The host is given the last of the request. */
  void asked(long nowNs) {
    askedAll = true;
    askedNs = nowNs;
    if (trial != null) {
      trial.asked(nowNs);
    }
  }

  @Override
  public boolean asked() {
    return askedAll;
  }

  /** Something of the answer is here; whether it is the first. */
  boolean hears(long nowNs) {
    heardNs = nowNs;
    if (heard) {
      return false;
    }
    heard = true;
    if (timed && askedAll) {
      latencyNs = nowNs - askedNs;
    }
    shown(Outcome.ANSWERED);
    return true;
  }

  @Override
  public boolean heard() {
    return heard;
  }

  /** That much is on its way to the caller, and the host may send no more for it yet. */
  void passed(int byteCount) {
    untakenBytes += byteCount;
  }

  /** The caller has taken that much. */
  void taken(int byteCount) {
    untakenBytes -= byteCount;
  }

  /** The try ended so. */
  void is(Outcome how) {
    outcome = how;
  }

  /**
   * The host took no more of the request: held against it unless it waits itself, with its answer,
   * for the caller.
   */
  void stalled() {
    outcome = untakenBytes == 0 ? Outcome.ERRED : Outcome.NOTHING;
  }

  /** Whether the end is held against the host. */
  boolean blamed() {
    return outcome == Outcome.ERRED || outcome == Outcome.BROKE;
  }

  /** The try is over. */
  void over() {
    shown(outcome);
  }

  private void shown(Outcome how) {
    Probation.Trial begun = trial;
    if (begun != null) {
      trial = null;
      begun.end(how, latencyNs);
    }
  }

  /** For how long the host has had all of the request. */
  long waitedNs(long nowNs) {
    return askedAll ? nowNs - askedNs : 0;
  }

  /**
   * The call ran out of time: held against the host if it said nothing for this much of it, and did
   * not have to wait for the caller.
   */
  void outOfTime(long patienceNs, long nowNs) {
    long silentNs = heard ? nowNs - heardNs : waitedNs(nowNs);
    if (timed && askedAll && untakenBytes == 0 && silentNs >= patienceNs) {
      tooLate(nowNs);
    }
  }

  /** The host takes far longer than others. */
  void tooLate(long nowNs) {
    outcome = Outcome.ERRED;
    if (!heard) {
      latencyNs = waitedNs(nowNs);
    }
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

  @Override
  public Outcome outcome() {
    return outcome;
  }

  @Override
  public long latencyNs() {
    return latencyNs;
  }
}
