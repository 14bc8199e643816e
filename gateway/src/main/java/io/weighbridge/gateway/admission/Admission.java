package io.weighbridge.gateway.admission;

import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.Refusal;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Whether a call that has a route may go on to a host. Confined to its event loop. */
public final class Admission {
  /** What a caller that may retry is asked to wait at least. */
  static final long PUSHBACK_NS_MIN = TimeUnit.MILLISECONDS.toNanos(100);

  private final CallRates rates;
  private final Bulkheads bulkheads;
  private final CallPlaces.Part places;
  private final Pressure pressure;
  private final PlaceQueues queues;
  private final RandomGenerator random;

  /**
   * The admission of one loop.
   *
   * @param rates shared by all loops
   * @param bulkheads shared by all loops
   * @param places of this loop
   * @param pressure of this loop
   * @param queues of this loop
   */
  public Admission(
      CallRates rates,
      Bulkheads bulkheads,
      CallPlaces.Part places,
      Pressure pressure,
      PlaceQueues queues,
      RandomGenerator random) {
    this.rates = rates;
    this.bulkheads = bulkheads;
    this.places = places;
    this.pressure = pressure;
    this.queues = queues;
    this.random = random;
  }

  /**
   * Why a call may not go on.
   *
   * @param waitNs when it could, at the soonest; 0 when nobody knows
   */
  public record Refused(Refusal why, String detail, long waitNs) {}

  /** What this caller's calls count against, for as long as it is the same caller. */
  public Allowance allowance(Caller caller, long nowNs) {
    return rates.of(caller, nowNs);
  }

  /** Whether one more call, or message of a stream, may go on; null when it may. */
  public @Nullable Refused admit(Allowance allowance, long nowNs) {
    PressureCause shed = pressure.sheds(random);
    if (shed != null) {
      return shed.refused();
    }
    RateLimit over = allowance.take(nowNs);
    return over == null ? null : new Refused(Refusal.RATE_LIMITED, over.text(), over.waitNs(nowNs));
  }

  /** Whether memory is short: nothing more may be held for calls. */
  public boolean isShort() {
    return pressure.isShort();
  }

  /** A buffer for a call could not be had: what it is told. */
  public Refused missed() {
    return pressure.missed().refused();
  }

  /** The places of the process, as far as this loop has any. */
  public CallPlaces.Part places() {
    return places;
  }

  /** The places of a model; null when it has as many as it likes. */
  public @Nullable Bulkhead bulkhead(int modelSlot) {
    return bulkheads.of(modelSlot);
  }

  /** Where calls wait while all hosts are full. */
  public PlaceQueues queues() {
    return queues;
  }

  /**
   * How long a caller is asked to wait, in milliseconds: at least as long as it must, and up to
   * twice as long, so that those refused together do not come back together.
   *
   * @param waitNs how long it must; 0 when nobody knows
   */
  public long pushbackMs(long waitNs) {
    long leastNs = Math.max(waitNs, PUSHBACK_NS_MIN);
    return TimeUnit.NANOSECONDS.toMillis(leastNs + random.nextLong(leastNs)) + 1;
  }
}
