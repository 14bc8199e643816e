package io.weighbridge.gateway.attestation;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * When hosts are asked and how long their answers hold. Immutable.
 *
 * @param periodNs time between two challenges of a host
 * @param staleMaxNs time the last host of a version serves on with a proof that no longer holds
 */
public record AttestationTiming(long periodNs, long staleMaxNs) {
  /** Every 60 s; the last host of a version serves on for 15 minutes. */
  public static final AttestationTiming DEFAULT =
      new AttestationTiming(TimeUnit.SECONDS.toNanos(60), TimeUnit.MINUTES.toNanos(15));

  /* A proof survives two lost challenges. */
  private static final int PERIODS_HELD = 3;
  /* Of 60 s: 1 s between any two challenges and after a first failure, 10 s at most. */
  private static final int PERIOD_PARTS_PAUSE_MIN = 60;
  private static final int PERIOD_PARTS_PAUSE_MAX = 6;
  /* More than from the least pause to the most, and far from an overflow. */
  private static final int DOUBLINGS_MAX = 4;

  /** How long a proof holds, from the moment its challenge was sent. */
  public long holdNs() {
    return PERIODS_HELD * periodNs;
  }

  /** The least time from one challenge of a host to the next, whatever asks for it. */
  public long pauseMinNs() {
    return periodNs / PERIOD_PARTS_PAUSE_MIN;
  }

  /** Time to the next challenge after a good answer: the period, give or take a tenth. */
  long nextNs(RandomGenerator random) {
    return periodNs - periodNs / 10 + random.nextLong(periodNs / 5 + 1);
  }

  /**
   * Time to the next challenge after this many failures in a row: doubling, the half of it drawn.
   */
  long retryNs(int failures, RandomGenerator random) {
    long doubled = pauseMinNs() << Math.min(Math.max(0, failures - 1), DOUBLINGS_MAX);
    long fullNs = Math.clamp(doubled, pauseMinNs(), periodNs / PERIOD_PARTS_PAUSE_MAX);
    return fullNs / 2 + random.nextLong(fullNs / 2 + 1);
  }
}
