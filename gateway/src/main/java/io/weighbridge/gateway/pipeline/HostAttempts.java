package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.admission.Bulkhead;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.ModelSpec.PayloadDigest;
import io.weighbridge.gateway.upstream.health.Outcome;
import java.security.MessageDigest;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The tries of one call on hosts: one, and one more on another host of the same digest where nobody
 * could notice the first, or where the model says that calls may run twice. Confined to the call's
 * event loop.
 */
final class HostAttempts {
  private static final int ATTEMPTS_MAX = 2;

  /** A try gets this many times the patience of the version before another host is asked... */
  private static final int PATIENCES = 4;

  /** ... and never less than this. */
  private static final long ATTEMPT_NS_MIN = TimeUnit.MILLISECONDS.toNanos(500);

  private final ProxyCall call;
  private final CallOutcome outcome;
  private final CallClock clock;
  private @Nullable Target target;
  private @Nullable HostAttempt current;

  /** Not null once the call had to wait for a place on a host. */
  private @Nullable PlaceWait wait;

  /** Where the call has a place, to be left at its end. */
  private @Nullable Bulkhead entered;

  private AnswerBody.Kind kind = AnswerBody.Kind.SINGLE;
  private boolean answerHashed;
  private Eligible[] eligible = {};
  private long sequence;

  HostAttempts(ProxyCall call, CallOutcome outcome, CallClock clock) {
    this.call = call;
    this.outcome = outcome;
    this.clock = clock;
  }

  /** The last try, or null before the first. */
  @Nullable HostAttempt current() {
    return current;
  }

  /**
   * Begins the first try.
   *
   * @param hosts those that may answer
   * @return why there is none, or null
   */
  @Nullable CallEnd begin(Target of, Eligible[] hosts, long nowNs) {
    CallFacts known = call.known();
    target = of;
    eligible = hosts;
    kind = known.answerKind();
    ModelRoute model = known.route().model();
    answerHashed = model != null && model.spec().payloadDigest() == PayloadDigest.BOTH;
    // The sequence keeps to one host.
    sequence = known.method().predicts() ? Routing.sequence(known.body().peek()) : 0;
    Bulkhead full = enter();
    if (full != null) {
      return CallEnd.refused(
          Refusal.OVERLOADED,
          full.placesMax() + " calls of this model are in flight (in-flight-max)");
    }
    outcome.started(call.loop(), of);
    return first(of, hosts, nowNs);
  }

  /** Takes one of the model's places, where they are counted; returns what is full, or null. */
  private @Nullable Bulkhead enter() {
    ModelRoute model = call.known().route().model();
    Bulkhead bulkhead = model == null ? null : call.loop().admission().bulkhead(model.drawSlot());
    if (bulkhead == null || bulkhead.enter()) {
      entered = bulkhead;
      return null;
    }
    return bulkhead;
  }

  private void leave() {
    if (entered != null) {
      entered.leave();
      entered = null;
    }
  }

  /** Ends the try that is still at work, and gives back what the call had. */
  void finish() {
    if (current != null) {
      current.finish();
    }
    leave();
    if (wait != null) {
      wait.over();
    }
  }

  private @Nullable CallEnd first(Target of, Eligible[] hosts, long nowNs) {
    if (hosts.length == 0) {
      return CallEnd.refused(
          of.attested() ? Refusal.NO_VERIFIED_HOST : Refusal.NO_REACHABLE_HOST, "");
    }
    CallLoop loop = call.loop();
    if (clock.deadlineNs() - nowNs <= 0) {
      return CallEnd.refused(Refusal.DEADLINE_EXCEEDED, "");
    }
    if (sequence == 0 && loop.admission().queues().waits(of.slot())) {
      CallEnd vain = queue(of, hosts, nowNs);
      // Hosts may have become able to do more.
      loop.admission().queues().placeFree(of.slot());
      return vain;
    }
    Eligible chosen =
        sequence == 0
            ? loop.upstream().choose(hosts, null, call, nowNs)
            : loop.upstream().chooseFor(sequence, hosts, nowNs);
    if (chosen != null) {
      loop.retries().called(budget(of));
      start(of, chosen, nowNs);
      return null;
    }
    boolean full = sequence == 0 && loop.upstream().turnedAway(hosts, nowNs);
    return full ? queue(of, hosts, nowNs) : unreachable(nowNs);
  }

  /** Has the call wait for a place; returns why that would be in vain, or null. */
  private @Nullable CallEnd queue(Target of, Eligible[] hosts, long nowNs) {
    // A call that waits takes nothing from the model's others.
    leave();
    PlaceWait begun = PlaceWait.of(call, this, of, clock.deadlineNs(), nowNs);
    wait = begun;
    return begun.begin(hosts, nowNs);
  }

  private CallEnd unreachable(long nowNs) {
    boolean resting = sequence == 0 && call.loop().upstream().resting(eligible, nowNs);
    return CallEnd.refused(resting ? Refusal.HOST_CIRCUIT_OPEN : Refusal.NO_REACHABLE_HOST, "");
  }

  /** Hosts may have a place for the call, which waits: whether it waits no more. */
  boolean place(long nowNs) {
    PlaceWait waited = wait;
    Target of = target;
    if (waited == null || of == null || enter() != null) {
      return false;
    }
    CallLoop loop = call.loop();
    Eligible chosen = loop.upstream().choose(eligible, null, call, nowNs);
    if (chosen == null) {
      leave();
      if (loop.upstream().turnedAway(eligible, nowNs)) {
        return false;
      }
      call.refuse(unreachable(nowNs));
      return true;
    }
    waited.placed();
    loop.retries().called(budget(of));
    start(of, chosen, nowNs);
    return true;
  }

  /**
   * A try has failed; another host is asked where that may be.
   *
   * @param replayable whether the caller has seen nothing yet, and the request is still there
   * @param harmless whether the host has done nothing that the caller could notice
   * @return why the call ends here, or null when it goes on
   */
  @Nullable Refusal failed(HostAttempt failed, Refusal why, boolean replayable, boolean harmless) {
    Target of = target;
    long nowNs = call.loop().nowNs();
    boolean noTime = clock.deadlineNs() - nowNs <= 0;
    // A host whose timer was before ours can only say that it gave up.
    Refusal known = why == Refusal.HOST_CANCELLED && noTime ? Refusal.DEADLINE_EXCEEDED : why;
    outcome.failed(failed, known.grpcCode(), known);
    boolean again = harmless || (HostFault.of(known) != Outcome.NOTHING && mayRunTwice());
    if (of == null || !again || !replayable || sequence != 0 || spent()) {
      return known;
    }
    if (noTime) {
      return Refusal.DEADLINE_EXCEEDED;
    }
    Eligible other = another(of, failed, known, nowNs);
    if (other == null) {
      return known;
    }
    start(of, other, nowNs);
    return null;
  }

  /**
   * The host says that it failed, or takes too long: another one is asked instead, where that may
   * be, and this try is over.
   *
   * @param why null when the host said so
   * @return whether another one is at work
   */
  boolean replace(HostAttempt failed, int grpcCode, @Nullable Refusal why) {
    Target of = target;
    long nowNs = call.loop().nowNs();
    boolean noTime = clock.deadlineNs() - nowNs <= 0;
    if (of == null || !mayRunTwice() || sequence != 0 || spent() || noTime) {
      return false;
    }
    Eligible other = another(of, failed, why, nowNs);
    if (other == null) {
      return false;
    }
    failed.finish();
    outcome.failed(failed, grpcCode, why);
    start(of, other, nowNs);
    return true;
  }

  private boolean spent() {
    return outcome.attempts() >= ATTEMPTS_MAX;
  }

  private boolean mayRunTwice() {
    ModelRoute model = call.known().route().model();
    return model != null && model.spec().idempotent() && kind == AnswerBody.Kind.SINGLE;
  }

  /** The number under which second tries are budgeted. */
  private int budget(Target of) {
    ModelRoute model = call.known().route().model();
    return model == null ? of.slot() : model.drawSlot();
  }

  /** Another host, if there is one and the budget has a try left for it. */
  private @Nullable Eligible another(
      Target of, HostAttempt failed, @Nullable Refusal why, long nowNs) {
    CallLoop loop = call.loop();
    Eligible other = loop.upstream().choose(eligible, failed.chosen().host(), call, nowNs);
    if (other == null) {
      return null;
    }
    if (!loop.retries().take(budget(of), nowNs)) {
      loop.metrics().retryDenied();
      return null;
    }
    loop.metrics().retried(why);
    return other;
  }

  private void start(Target of, Eligible chosen, long nowNs) {
    CallLoop loop = call.loop();
    MessageDigest hash = answerHashed ? loop.recorder().sha256() : null;
    HostAttempt attempt = new HostAttempt(call, chosen, of, kind, hash, clock.deadlineNs());
    current = attempt;
    outcome.attempted();
    if (!spent() && eligible.length > 1 && mayRunTwice()) {
      long patienceNs = loop.upstream().patienceNs(chosen);
      if (patienceNs <= Long.MAX_VALUE / PATIENCES) {
        clock.lookAt(attempt, nowNs + Math.max(ATTEMPT_NS_MIN, PATIENCES * patienceNs), nowNs);
      }
    }
    loop.upstream().start(chosen, attempt, nowNs);
  }
}
