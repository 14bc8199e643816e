package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.admission.PlaceQueues;
import io.weighbridge.gateway.admission.Waiter;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.peek.Parameter;
import io.weighbridge.gateway.peek.Peek;
import io.weighbridge.gateway.upstream.Upstream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call's wait for a place on a host, and the place it got by it. Confined to the call's event
 * loop.
 */
final class PlaceWait extends Waiter {
  private final ProxyCall call;
  private final HostAttempts attempts;
  private final int slot;
  private final long sinceNs;
  private boolean counted;

  /** What it found full, other than the hosts. */
  private @Nullable String full;

  private PlaceWait(
      ProxyCall call, HostAttempts attempts, int slot, Waiter.Terms terms, long nowNs) {
    super(call.known().caller(), terms);
    this.call = call;
    this.attempts = attempts;
    this.slot = slot;
    sinceNs = nowNs;
  }

  /** A call that may wait for one of the version's hosts, and has not begun to. */
  static PlaceWait of(
      ProxyCall call, HostAttempts attempts, Target target, long deadlineNs, long nowNs) {
    return new PlaceWait(
        call, attempts, target.slot(), terms(call.known(), call.loop(), deadlineNs), nowNs);
  }

  /** Priority and timeout as Triton reads them. */
  private static Terms terms(CallFacts known, CallLoop loop, long deadlineNs) {
    long priority = 0;
    long timeoutNs = Long.MAX_VALUE;
    if (known.method().predicts()) {
      Peek peek = known.body().peek();
      priority = peek.priority().number();
      timeoutNs = timeoutNs(peek.timeout());
    }
    boolean single = known.answerKind() == AnswerBody.Kind.SINGLE;
    long windowBytes = loop.limits().streamWindowBytes();
    long bytesMax = single ? Math.min(windowBytes, known.body().messageBytes()) : windowBytes;
    return new Terms(priority, timeoutNs, deadlineNs, (int) bytesMax, single);
  }

  /** A timeout of 0 is none; so is one of more than can be told. */
  private static long timeoutNs(Parameter timeout) {
    long us = timeout.number();
    return us <= 0 ? Long.MAX_VALUE : TimeUnit.MICROSECONDS.toNanos(us);
  }

  /**
   * Begins to wait.
   *
   * @return why that would be in vain, or null
   */
  @Nullable CallEnd begin(Eligible[] hosts, long nowNs) {
    CallLoop loop = call.loop();
    Upstream upstream = loop.upstream();
    PlaceQueues.Outlook outlook =
        new PlaceQueues.Outlook(
            upstream.usualNs(hosts), upstream.inFlight(hosts), upstream.limited(hosts));
    String vain = queues().join(slot, this, outlook, nowNs);
    if (vain != null) {
      return CallEnd.refused(Refusal.OVERLOADED, vain);
    }
    counted = true;
    loop.metrics().queued(slot);
    return null;
  }

  /** Whether only a place on a host is missing, and nothing else is full. */
  boolean may(@Nullable String alsoFull) {
    full = alsoFull;
    return alsoFull == null;
  }

  @Override
  protected boolean go(boolean oneMore, long nowNs) {
    return attempts.place(oneMore, nowNs);
  }

  @Override
  protected void refuse(String detail) {
    String what = full;
    String told = what == null ? detail : what + detail.substring(PlaceQueues.FULL.length());
    call.refuse(Refusal.OVERLOADED, told);
  }

  /** It goes to a host now. */
  void placed() {
    queues().placed(slot, this);
    waited();
  }

  /** The call is over. */
  void over() {
    queues().ended(slot, this);
    waited();
  }

  private void waited() {
    if (counted) {
      counted = false;
      call.loop().metrics().unqueued(slot, call.loop().nowNs() - sinceNs);
    }
  }

  private PlaceQueues queues() {
    return call.loop().admission().queues();
  }
}
