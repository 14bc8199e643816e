package io.weighbridge.gateway.attestation;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Target;
import org.jspecify.annotations.Nullable;

/**
 * Compares what an answer says about its model with what its host proved, before a byte of it is
 * forwarded. Stateless; allocates nothing.
 */
public final class DigestCheck {
  private DigestCheck() {}

  /** What the headers of an answer say. */
  public enum Verdict {
    /** The expected digest, loaded as it was when proved. */
    MATCH,
    /** The expected digest, loaded anew since: serve, and ask the host to prove itself again. */
    MATCH_OTHER_GENERATION,
    /** Another digest: drop the answer, quarantine the host. */
    MISMATCH,
    /** No digest, where one must be: as a mismatch, unless the answer is an error alone. */
    MISSING,
    /**
     * The model is configured with {@code integrity: none}: whatever they say, it is not checked.
     */
    UNCHECKED
  }

  /**
   * Judges the initial metadata of an answer.
   *
   * @param digest value of {@code weighbridge-model-digest}, or null when absent. Borrowed.
   * @param loadGeneration value of {@code weighbridge-load-generation}, or null when absent.
   *     Borrowed.
   */
  public static Verdict judge(
      Target target,
      Eligible eligible,
      @Nullable CharSequence digest,
      @Nullable CharSequence loadGeneration) {
    AsciiString expected = target.expectedDigest();
    if (expected == null) {
      return Verdict.UNCHECKED;
    }
    if (digest == null) {
      return Verdict.MISSING;
    }
    if (!expected.contentEquals(digest)) {
      return Verdict.MISMATCH;
    }
    return loadGeneration != null && isNumber(loadGeneration, eligible.loadGeneration())
        ? Verdict.MATCH
        : Verdict.MATCH_OTHER_GENERATION;
  }

  /** Whether the text is this number, written plainly. */
  private static boolean isNumber(CharSequence text, long number) {
    long rest = number;
    for (int i = text.length() - 1; i >= 0; i--) {
      if (text.charAt(i) != '0' + rest % 10) {
        return false;
      }
      rest /= 10;
      if (rest == 0) {
        return i == 0;
      }
    }
    return false;
  }
}
