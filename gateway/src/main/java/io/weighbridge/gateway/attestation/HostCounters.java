package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.HostTable.Host;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this gateway counts of the calls it sends to each host, every try of them: the host counts
 * the same, and {@link CounterCheck} compares. Thread-safe: for event loops, without contention.
 *
 * <p>Only ModelInfer and ModelStreamInfer count, and each {@link #started} is followed by exactly
 * one of the other three. Of other calls it is known how many are in flight, and no more.
 */
public final class HostCounters {
  private final Tally[] tallies;

  /** Counters of this many hosts. */
  public HostCounters(int hostCount) {
    tallies = new Tally[hostCount];
    for (int i = 0; i < hostCount; i++) {
      tallies[i] = new Tally();
    }
  }

  private static final class Tally {
    final LongAdder started = new LongAdder();
    final LongAdder answered = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder cancelled = new LongAdder();
    final LongAdder othersBegun = new LongAdder();
    final LongAdder othersOver = new LongAdder();
  }

  /** Values of one moment. In flight is never less than it was. */
  record Counts(long started, long answered, long failed, long cancelled) {
    long inFlight() {
      return started - answered - failed - cancelled;
    }
  }

  /** The headers of a call go to the host. */
  public void started(Host host) {
    tallies[host.index()].started.increment();
  }

  /** The host ended a call OK. */
  public void answered(Host host) {
    tallies[host.index()].answered.increment();
  }

  /** The host ended a call otherwise, or its connection broke. */
  public void failed(Host host) {
    tallies[host.index()].failed.increment();
  }

  /** We reset the call: its caller left, its deadline passed, its answer was dropped. */
  public void cancelled(Host host) {
    tallies[host.index()].cancelled.increment();
  }

  /** A call that is no prediction goes to the host: hosts do not count these. */
  public void otherBegun(Host host) {
    tallies[host.index()].othersBegun.increment();
  }

  /** Such a call is over, whoever ended it. */
  public void otherOver(Host host) {
    tallies[host.index()].othersOver.increment();
  }

  /** Calls of any kind that were begun and are not over. */
  public long inFlight(Host host) {
    Tally tally = tallies[host.index()];
    long over = tally.othersOver.sum();
    return counts(host.index()).inFlight() + tally.othersBegun.sum() - over;
  }

  /** Ends are read first: a call between two reads counts as in flight, never as minus one. */
  Counts counts(int host) {
    Tally tally = tallies[host];
    long answered = tally.answered.sum();
    long failed = tally.failed.sum();
    long cancelled = tally.cancelled.sum();
    return new Counts(tally.started.sum(), answered, failed, cancelled);
  }
}
