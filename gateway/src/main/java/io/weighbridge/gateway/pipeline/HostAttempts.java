package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.ModelSpec.PayloadDigest;
import io.weighbridge.gateway.route.ModelSpec.SecondTry;
import io.weighbridge.gateway.upstream.Upstream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The tries of one call on hosts: one, and one more on another host of the same digest where nobody
 * could notice the first, or where the model says that calls may run twice: instead of the first
 * one, or besides it when it is late. Confined to the call's event loop.
 */
@SuppressWarnings("ReferenceEquality") // A try is itself and no other.
final class HostAttempts {
  private static final int ATTEMPTS_MAX = 2;

  private final ProxyCall call;
  private final CallOutcome outcome;
  private final CallClock clock;
  private final Reply reply;
  private @Nullable Target target;

  /** The last try, or the one that is left of two. */
  private @Nullable HostAttempt current;

  /** The first of two that are at work, or null. */
  private @Nullable HostAttempt earlier;

  private boolean over;

  /** Not null once the call had to wait for a place on a host. */
  private @Nullable PlaceWait wait;

  private final HeldPlaces places = new HeldPlaces();

  private AnswerBody.Kind kind = AnswerBody.Kind.SINGLE;
  private SecondTry secondTry = SecondTry.NEVER;
  private boolean answerHashed;
  private Eligible[] eligible = {};
  private long sequence;

  HostAttempts(ProxyCall call, CallOutcome outcome, CallClock clock, Reply reply) {
    this.call = call;
    this.outcome = outcome;
    this.clock = clock;
    this.reply = reply;
  }

  /** The try that the call's end tells of, or null before the first. */
  @Nullable HostAttempt current() {
    return current;
  }

  /** When the call must be over. */
  long deadlineNs() {
    return clock.deadlineNs();
  }

  /** Whether it matters which answers of the version are late. */
  boolean hedges() {
    return secondTry == SecondTry.WHEN_LATE;
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
    if (model != null && kind == AnswerBody.Kind.SINGLE && sequence == 0) {
      secondTry = model.spec().secondTry();
    }
    String full = places.enter(call.loop(), model);
    if (full != null) {
      return CallEnd.refused(Refusal.OVERLOADED, full);
    }
    outcome.started(call.loop(), of);
    return first(of, hosts, nowNs);
  }

  /** Ends the tries that are still at work, and gives back what the call had. */
  void finish() {
    over = true;
    if (earlier != null) {
      earlier.finish();
    }
    if (current != null) {
      current.finish();
    }
    places.leave();
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
    if (clock.late()) {
      return CallEnd.refused(Refusal.DEADLINE_EXCEEDED, "");
    }
    if (sequence == 0 && loop.admission().queues().waits(of.slot())) {
      return queue(of, hosts, nowNs);
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
    places.leaveModel();
    PlaceWait begun = PlaceWait.of(call, this, of, clock.deadlineNs(), nowNs);
    wait = begun;
    CallEnd vain = begun.begin(hosts, nowNs);
    // Hosts may have become able to do more, or may have one more for it.
    call.loop().admission().queues().placeFree(of.slot());
    return vain;
  }

  private CallEnd unreachable(long nowNs) {
    boolean resting = sequence == 0 && call.loop().upstream().resting(eligible, nowNs);
    return CallEnd.refused(resting ? Refusal.HOST_CIRCUIT_OPEN : Refusal.NO_REACHABLE_HOST, "");
  }

  /**
   * Hosts may have a place for the call, which waits: whether it waits no more.
   *
   * @param oneMore whether a host that is full may have it
   */
  boolean place(boolean oneMore, long nowNs) {
    PlaceWait waited = wait;
    Target of = target;
    CallLoop loop = call.loop();
    ModelRoute model = call.known().route().model();
    if (waited == null || of == null || !waited.may(places.enter(loop, model))) {
      return false;
    }
    Eligible chosen = loop.upstream().chooseWaiting(eligible, oneMore, call, nowNs);
    if (chosen == null) {
      places.leaveModel();
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
   * A try is over without an answer. The call goes on with another one, where that may be, or ends.
   *
   * @param harmless whether the host has done nothing that the caller could notice
   */
  void failed(HostAttempt failed, Refusal why, String detail, boolean harmless) {
    if (over) {
      return;
    }
    Refusal refusal = goOn(failed, why, harmless);
    if (refusal != null) {
      call.refuse(refusal, detail);
    }
  }

  private @Nullable Refusal goOn(HostAttempt failed, Refusal why, boolean harmless) {
    Target of = target;
    long nowNs = call.loop().nowNs();
    boolean noTime = clock.late();
    // A host whose timer was before ours can only say that it gave up.
    Refusal known = why == Refusal.HOST_CANCELLED && noTime ? Refusal.DEADLINE_EXCEEDED : why;
    outcome.failed(failed, known.grpcCode(), known);
    if (leaveTo(other(failed))) {
      return null;
    }
    boolean again = harmless || (failed.shows().blamed() && mayRunTwice());
    if (of == null || !again || !replayable() || sequence != 0 || spent()) {
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
   * The host says how the call ended, and not well: where another one is at work, or may be asked,
   * its answer counts, and this try is over.
   *
   * @return whether another one is at work
   */
  boolean disregarded(HostAttempt failed, int grpcCode) {
    HostAttempt left = other(failed);
    if (left != null && HostFault.onlyHere(grpcCode)) {
      failed.finish();
      outcome.failed(failed, grpcCode, null);
      return leaveTo(left);
    }
    boolean fault = failed.shows().blamed();
    return fault && replaced(failed, grpcCode, null);
  }

  /** Asks another host instead, where that may be; whether it does. */
  private boolean replaced(HostAttempt failed, int grpcCode, @Nullable Refusal why) {
    Target of = target;
    long nowNs = call.loop().nowNs();
    boolean noTime = clock.late();
    if (of == null || over || !mayRunTwice() || !replayable() || spent() || noTime) {
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

  /** The one of two at work that this one is not; null when it is alone. */
  private @Nullable HostAttempt other(HostAttempt one) {
    return one == earlier ? current : earlier;
  }

  /** Goes on with this try alone; false when it is none. */
  private boolean leaveTo(@Nullable HostAttempt left) {
    if (left == null) {
      return false;
    }
    current = left;
    earlier = null;
    return true;
  }

  /** A host answers: if another one is at work, it need not go on. */
  void answers(HostAttempt by) {
    HostAttempt slower = other(by);
    if (leaveTo(slower == null ? null : by) && slower != null) {
      slower.callOff();
      outcome.calledOff(slower);
    }
  }

  /** The gateway ends the call: of two tries at work, the first ends like the call. */
  void ends(CallEnd last) {
    HostAttempt first = earlier;
    if (first != null) {
      earlier = null;
      first.finish();
      outcome.failed(first, last.grpcCode(), last.ours());
    }
  }

  private boolean spent() {
    return outcome.attempts() >= ATTEMPTS_MAX;
  }

  private boolean mayRunTwice() {
    return secondTry != SecondTry.NEVER;
  }

  private boolean replayable() {
    return !reply.begun() && call.body().out().replayable();
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
    HostAttempt attempt = new HostAttempt(call, this, chosen, of, kind, hash);
    current = attempt;
    outcome.attempted(attempt);
    if (!spent() && eligible.length > 1 && mayRunTwice()) {
      watch(attempt, nowNs);
    }
    loop.upstream().start(chosen, attempt, call, nowNs);
  }

  // Tries that are late.

  /** Looks at the try again when it is late, and then when it is so late that it is given up. */
  private void watch(HostAttempt attempt, long nowNs) {
    long atNs = Lateness.lookAtNs(call.loop().upstream(), attempt, hedges(), nowNs);
    if (atNs < Long.MAX_VALUE) {
      clock.lookAt(attempt, atNs, nowNs);
    }
  }

  /** The time has come to look at a try that is still at work. */
  void look(HostAttempt attempt) {
    if (!replayable()) {
      return;
    }
    Upstream upstream = call.loop().upstream();
    long nowNs = call.loop().nowNs();
    long waitedNs = attempt.shows().waitedNs(nowNs);
    if (waitedNs >= Lateness.hopelessNs(upstream, attempt)) {
      giveUp(attempt, nowNs);
      return;
    }
    watch(attempt, nowNs);
    if (hedges() && waitedNs >= upstream.lateNs(attempt.chosen()) && !spent()) {
      hedge(attempt, nowNs);
    }
  }

  private void giveUp(HostAttempt hopeless, long nowNs) {
    Refusal why = Refusal.DEADLINE_EXCEEDED;
    HostAttempt left = other(hopeless);
    hopeless.shows().tooLate(nowNs);
    if (left == null) {
      replaced(hopeless, why.grpcCode(), why);
    } else {
      hopeless.finish();
      outcome.failed(hopeless, why.grpcCode(), why);
      leaveTo(left);
    }
  }

  /** Asks another host as well. */
  private void hedge(HostAttempt late, long nowNs) {
    CallLoop loop = call.loop();
    Target of = target;
    Eligible other = loop.upstream().choose(eligible, late.chosen().host(), call, nowNs);
    if (of == null || other == null || !loop.upstream().well(other)) {
      return;
    }
    if (loop.admission().queues().waits(of.slot())) {
      // What has not been asked at all goes first.
      return;
    }
    boolean spare = loop.retries().takeSpare(budget(of));
    loop.metrics().hedged(spare);
    if (spare) {
      earlier = late;
      start(of, other, nowNs);
    }
  }
}
