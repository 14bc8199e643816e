package io.weighbridge.gateway.attestation;

import io.weighbridge.attest.v1.CallCounters;
import io.weighbridge.gateway.attestation.HostCounters.Counts;
import org.jspecify.annotations.Nullable;

/**
 * Compares what one host counted of our calls with what we counted: a difference is a call without
 * a record, or an answer from somewhere else. Confined to the host's attesting thread.
 */
final class CounterCheck {
  /* Implementation notes
   *
   * Since the first attestation of a process, with our counts taken before a challenge is sent and
   * after its answer came (the host counts between the two), three things hold whatever is in flight:
   *   the host started     <= we started + in flight at the first challenge
   *   the host answered OK <= we ended in any way + in flight now
   *   we got answers OK    <= the host answered OK + in flight at the first answer
   * A try that never reached the host is ours alone and breaks none of them. What is over is
   * unexplained; the reads of a moment are not one moment, so it must stand twice in a row.
   */

  private static final int ALARM_AT = 2;

  private @Nullable Baseline baseline;
  private int unexplainedInARow;

  /** Our counts around one challenge. */
  record Around(Counts before, Counts after) {}

  private record Baseline(String bootId, CallCounters host, Around ours) {}

  /** Judges the counters of a statement that is in force; an alarm comes once in a row. */
  @Nullable Alarm check(String bootId, CallCounters host, Around ours) {
    Baseline first = baseline;
    if (first == null || !first.bootId.equals(bootId)) {
      baseline = new Baseline(bootId, host, ours);
      unexplainedInARow = 0;
      return null;
    }
    String unexplained = unexplained(first, host, ours);
    if (unexplained.isEmpty()) {
      unexplainedInARow = 0;
      return null;
    }
    unexplainedInARow++;
    return unexplainedInARow == ALARM_AT ? Alarm.of(Alarm.COUNTER_UNEXPLAINED, unexplained) : null;
  }

  private static String unexplained(Baseline first, CallCounters host, Around ours) {
    Counts from = first.ours.before;
    Counts to = ours.after;
    long startedThere = host.getStarted() - first.host.getStarted();
    long startedHere = to.started() - from.started() + from.inFlight();
    if (startedThere > startedHere) {
      return "the host started %d calls of ours, we %d at most"
          .formatted(startedThere, startedHere);
    }
    long answeredThere = host.getAnswered() - first.host.getAnswered();
    long endedHere = ended(to) - ended(from) + to.inFlight();
    if (answeredThere > endedHere) {
      return "the host answered %d calls of ours, we saw %d at most"
          .formatted(answeredThere, endedHere);
    }
    Counts firstAfter = first.ours.after;
    long answeredHere = ours.before.answered() - firstAfter.answered() - firstAfter.inFlight();
    if (answeredHere > answeredThere) {
      return "we got %d answers at least, the host gave %d".formatted(answeredHere, answeredThere);
    }
    return "";
  }

  private static long ended(Counts counts) {
    return counts.answered() + counts.failed() + counts.cancelled();
  }
}
