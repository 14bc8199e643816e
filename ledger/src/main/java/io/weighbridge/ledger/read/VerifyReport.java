package io.weighbridge.ledger.read;

import io.weighbridge.ledger.note.Checkpoint;
import java.util.List;
import java.util.Optional;

/**
 * The verifier's answer: three questions, each with its own verdict. Immutable.
 *
 * @param integrity is every record under the checkpoint the one that was signed?
 * @param completeness are all records there that were ever appended?
 * @param anchors does the log agree with checkpoints kept elsewhere?
 * @param checkpoint what the ledger itself says; empty when unreadable
 * @param leavesHashed records re-hashed
 * @param pendingLeaves records that wait for the next checkpoint
 * @param findings the first {@link #FINDINGS_MAX}
 * @param findingCount all of them
 */
public record VerifyReport(
    Verdict integrity,
    Verdict completeness,
    Verdict anchors,
    Optional<Checkpoint> checkpoint,
    long leavesHashed,
    long pendingLeaves,
    List<Finding> findings,
    long findingCount) {

  /** Findings kept. */
  public static final int FINDINGS_MAX = 1_000;

  /**
   * Broken if anything is, proved if integrity and completeness are: without anchors a log is
   * judged by its own word, which the anchors' verdict says.
   */
  public Verdict verdict() {
    List<Verdict> all = List.of(integrity, completeness, anchors);
    if (all.contains(Verdict.BROKEN)) {
      return Verdict.BROKEN;
    }
    return integrity == Verdict.PROVED && completeness == Verdict.PROVED
        ? Verdict.PROVED
        : Verdict.NOT_JUDGED;
  }
}
