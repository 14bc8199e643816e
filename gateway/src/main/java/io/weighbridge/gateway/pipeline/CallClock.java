package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.call.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * When one call is looked at next, and what its time is up for. Confined to the call's event loop.
 */
final class CallClock extends TimerWheel.Timer {
  private final ProxyCall call;
  private final CallLoop loop;
  private final Reply reply;
  private long deadlineNs;
  private long heardNs;

  /** The try that is looked at before the deadline, if any. */
  private @Nullable HostAttempt attempt;

  private long attemptNs;

  CallClock(ProxyCall call, CallLoop loop, Reply reply) {
    this.call = call;
    this.loop = loop;
    this.reply = reply;
  }

  /** Starts with the deadline the caller asked for, or the longest allowed. */
  void start(CallFacts facts, long nowNs) {
    CallLimits limits = loop.limits();
    long maxNs =
        facts.stream() == null ? limits.callDurationMaxNs() : limits.streams().durationMaxNs();
    deadlineNs = nowNs + Math.min(facts.headers().timeoutNs(), maxNs);
    heardNs = nowNs;
    loop.timers().start(this, nextNs(facts, nowNs), nowNs);
  }

  /** Tells the try when that time has come and it is not over. */
  void lookAt(HostAttempt atWork, long atNs, long nowNs) {
    attempt = atWork;
    attemptNs = atNs;
    loop.timers().stop(this);
    loop.timers().start(this, nextNs(call.known(), nowNs), nowNs);
  }

  void stop() {
    loop.timers().stop(this);
  }

  /** The caller sent something, or may send more. */
  void heard() {
    heardNs = loop.nowNs();
  }

  /** When the call must be over. */
  long deadlineNs() {
    return deadlineNs;
  }

  /** Whether it should be over by now. */
  boolean late() {
    return loop.timers().clock().passed(deadlineNs);
  }

  @Override
  void due(long nowNs) {
    CallFacts facts = call.known();
    CallStream stream = facts.stream();
    if (facts.body().out().stuck()) {
      // Nobody can send what no host takes.
      heardNs = nowNs;
    }
    if (nowNs >= deadlineNs) {
      boolean stopping = nowNs == TimerWheel.END_OF_TIME_NS;
      call.refuse(stopping ? Refusal.DRAINING : Refusal.DEADLINE_EXCEEDED, "");
    } else if (owesBytes(facts) && nowNs - heardNs >= loop.limits().bodyIdleMaxNs()) {
      call.refuse(Refusal.DEADLINE_EXCEEDED, "the request stopped coming");
    } else if (stream == null || call.goesOn(stream)) {
      HostAttempt late = nowNs - attemptNs >= 0 ? attempt : null;
      attempt = late == null ? attempt : null;
      loop.timers().start(this, nextNs(facts, nowNs), nowNs);
      if (late != null) {
        late.overdue();
      }
    }
  }

  /** Whether the caller has to go on sending: a stream may pause between messages. */
  private boolean owesBytes(CallFacts facts) {
    return !reply.heardAll() && (facts.stream() == null || facts.body().withinMessage());
  }

  private long nextNs(CallFacts facts, long nowNs) {
    if (facts.stream() != null) {
      return Math.min(deadlineNs, nowNs + CallStream.LOOK_NS);
    }
    long soonestNs = attempt == null ? deadlineNs : Math.min(deadlineNs, attemptNs);
    return reply.heardAll()
        ? soonestNs
        : Math.min(soonestNs, heardNs + loop.limits().bodyIdleMaxNs());
  }
}
