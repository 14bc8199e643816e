package io.weighbridge.gateway.upstream.check;

import java.util.random.RandomGenerator;

/**
 * When hosts are asked. Immutable.
 *
 * @param periodNs from an answer to the next question
 * @param answerNsMax how long the host has to answer
 */
public record CheckTiming(long periodNs, long answerNsMax) {
  /** Of a period: how soon a host is asked again that did not say it was ready. */
  private static final int PARTS_AGAIN = 5;

  /** Periods until a host that cannot be asked is asked again: it may have been replaced. */
  private static final int PERIODS_UNIMPLEMENTED = 60;

  /** From this answer to the next question, give or take a tenth, so that hosts spread. */
  long nextNs(CheckAnswer after, RandomGenerator random) {
    long fullNs =
        switch (after) {
          case READY, UNREACHABLE -> periodNs;
          case NOT_READY, FAILED -> periodNs / PARTS_AGAIN;
          case UNIMPLEMENTED -> periodNs * PERIODS_UNIMPLEMENTED;
        };
    return fullNs - fullNs / 10 + random.nextLong(fullNs / 5 + 1);
  }

  /** To the first question: anywhere in a period. */
  long firstNs(RandomGenerator random) {
    return random.nextLong(periodNs);
  }
}
