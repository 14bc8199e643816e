package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The tries of one call on hosts: one, and one more on another host of the same digest where nobody
 * could notice the first. Confined to the call's event loop.
 */
final class HostAttempts {
  private static final int ATTEMPTS_MAX = 2;

  private final ProxyCall call;
  private final CallOutcome outcome;
  private @Nullable Target target;
  private @Nullable HostAttempt current;
  private AnswerBody.Kind kind = AnswerBody.Kind.SINGLE;
  private boolean answerHashed;
  private Eligible[] eligible = {};
  private long sequence;

  HostAttempts(ProxyCall call, CallOutcome outcome) {
    this.call = call;
    this.outcome = outcome;
  }

  /** The last try, or null before the first. */
  @Nullable HostAttempt current() {
    return current;
  }

  /** Says what answers are like, before the first try. */
  void expect(AnswerBody.Kind answerKind, boolean hashAnswer) {
    kind = answerKind;
    answerHashed = hashAnswer;
  }

  /**
   * Begins the first try.
   *
   * @param hosts those that may answer
   * @param ofSequence the sequence that keeps to one host, or 0
   * @return why there is none, or null
   */
  @Nullable Refusal begin(Target of, Eligible[] hosts, long ofSequence, long deadlineNs) {
    target = of;
    eligible = hosts;
    sequence = ofSequence;
    if (hosts.length == 0) {
      return of.attested() ? Refusal.NO_VERIFIED_HOST : Refusal.NO_REACHABLE_HOST;
    }
    return start(of, null, Refusal.NO_REACHABLE_HOST, deadlineNs);
  }

  /**
   * A try has failed; with {@code again} another host is tried.
   *
   * @return why the call ends here, or null when it goes on
   */
  @Nullable Refusal failed(HostAttempt failed, Refusal why, boolean again, long deadlineNs) {
    Target of = target;
    // A host whose timer was before ours can only say that it gave up.
    boolean late = why == Refusal.HOST_CANCELLED && call.loop().nowNs() - deadlineNs >= 0;
    Refusal known = late ? Refusal.DEADLINE_EXCEEDED : why;
    outcome.failed(failed, known);
    if (of == null || !again || sequence != 0 || outcome.attempts() >= ATTEMPTS_MAX) {
      return known;
    }
    return start(of, failed.chosen().host(), known, deadlineNs);
  }

  private @Nullable Refusal start(
      Target of, @Nullable Host except, Refusal ifNone, long deadlineNs) {
    CallLoop loop = call.loop();
    long nowNs = loop.nowNs();
    if (deadlineNs - nowNs <= 0) {
      return Refusal.DEADLINE_EXCEEDED;
    }
    Eligible chosen =
        sequence == 0
            ? loop.upstream().choose(eligible, except, call, nowNs)
            : loop.upstream().chooseFor(sequence, eligible, nowNs);
    if (chosen == null) {
      boolean resting = except == null && sequence == 0 && loop.upstream().resting(eligible, nowNs);
      return resting ? Refusal.HOST_CIRCUIT_OPEN : ifNone;
    }
    MessageDigest hash = answerHashed ? loop.recorder().sha256() : null;
    HostAttempt attempt = new HostAttempt(call, chosen, of, kind, hash, deadlineNs);
    current = attempt;
    if (except != null) {
      loop.services().events().retried();
    }
    outcome.attempted();
    loop.upstream().start(chosen, attempt, nowNs);
    return null;
  }
}
