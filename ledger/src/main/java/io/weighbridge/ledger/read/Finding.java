package io.weighbridge.ledger.read;

/**
 * One thing a verifier noticed. Immutable.
 *
 * @param weight what it means
 * @param file path inside the ledger, or empty
 * @param leaf index of the first leaf concerned, or -1
 * @param what for people
 */
public record Finding(Weight weight, String file, long leaf, String what) {

  /** What a finding means for the verdicts. */
  public enum Weight {
    /** Records were altered, or the signature does not stand: integrity is broken. */
    ALTERED,
    /** Records are missing: completeness is broken. */
    MISSING,
    /** A file differs that only repeats what proved records say; it can be made again from them. */
    DERIVED,
    /** Worth knowing; no verdict depends on it. */
    NOTE
  }
}
