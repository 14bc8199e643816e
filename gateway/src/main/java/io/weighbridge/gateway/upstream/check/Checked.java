package io.weighbridge.gateway.upstream.check;

import java.util.Set;

/** One question, when it is due, and what its answers were. Confined to the thread that asks. */
final class Checked implements Comparable<Checked> {
  /** In a row, before they are believed: one may be lost, or come in a pause of a collector. */
  static final int FAILURES = 3;

  final Question question;

  /** Numbers of the versions on the host that the answer counts for. */
  Set<Integer> seats = Set.of();

  long dueNs;
  private int failures;

  Checked(Question question, long dueNs) {
    this.question = question;
    this.dueNs = dueNs;
  }

  /** Takes an answer; whether it was the last failure that was needed, or more. */
  boolean failed(CheckAnswer answer) {
    failures =
        switch (answer) {
          case READY, UNIMPLEMENTED -> 0;
          case NOT_READY, FAILED -> Math.min(FAILURES, failures + 1);
          case UNREACHABLE -> failures;
        };
    return failures >= FAILURES;
  }

  @Override
  public int compareTo(Checked other) {
    // Differences, for the clock may wrap.
    return Long.signum(dueNs - other.dueNs);
  }
}
