package io.weighbridge.ledger.read;

/** The answer to a question about evidence: never two-valued. */
public enum Verdict {
  PROVED("proved"),
  BROKEN("broken"),
  NOT_JUDGED("not judged");

  private final String word;

  Verdict(String word) {
    this.word = word;
  }

  /** For people. */
  public String word() {
    return word;
  }
}
