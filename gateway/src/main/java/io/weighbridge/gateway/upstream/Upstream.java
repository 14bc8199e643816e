package io.weighbridge.gateway.upstream;

import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.upstream.health.LoopHealth;
import io.weighbridge.gateway.upstream.health.Probation;
import io.weighbridge.gateway.upstream.health.Standing;
import io.weighbridge.gateway.upstream.health.Standings;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The hosts as one event loop sees them. Confined to its event loop.
 *
 * <p>Of the hosts that may answer, two are drawn at random and the one with less to do is taken
 * (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001): nearly as even as
 * asking all of them. What a host has to do is its calls of this loop in flight, times what one
 * costs there; see {@link LoopHealth}. Hosts that rest or drain are left out, and one on probation
 * gets one call at a time; but a host that rests and answers is better than none.
 */
public final class Upstream {
  private final HostLink.Shared shared;
  private final RandomGenerator random;
  private final LoopHealth health;
  private @Nullable HostLink[] links = new HostLink[0];

  /** The upstream of one loop, by the loop's clock. */
  public Upstream(
      Connector connector,
      UpstreamLimits limits,
      RandomGenerator random,
      UpstreamEvents events,
      Ticker ticker,
      LoopHealth health) {
    shared = new HostLink.Shared(connector, limits, random, events, ticker, health);
    this.random = random;
    this.health = health;
  }

  /**
   * Chooses among the hosts that may answer.
   *
   * @param except a host that was tried already, or null
   * @param call that asks: it may get the place of a host on probation
   * @return null when none of them can be reached now, or may be given calls
   */
  public @Nullable Eligible choose(
      Eligible[] eligible, @Nullable Host except, Object call, long nowNs) {
    int count = eligible.length;
    if (count == 0) {
      return null;
    }
    Standings now = health.standings();
    int firstAt = count == 1 ? 0 : random.nextInt(count);
    Eligible first = eligible[firstAt];
    Fit firstFit = fit(first, now, except, call, nowNs);
    if (firstFit == Fit.ON_TRIAL) {
      return first;
    }
    if (count > 1) {
      int secondAt = (firstAt + 1 + (count == 2 ? 0 : random.nextInt(count - 1))) % count;
      Eligible second = eligible[secondAt];
      Fit secondFit = fit(second, now, except, call, nowNs);
      if (firstFit == Fit.YES && secondFit == Fit.YES) {
        return lighter(first, second, nowNs);
      }
      if (secondFit != Fit.NO) {
        return second;
      }
    }
    return firstFit == Fit.YES ? first : any(eligible, firstAt, except, call, nowNs);
  }

  /** Whether a call may go to a host. */
  private enum Fit {
    NO,
    YES,
    /** It has the one place on probation now, and must go there. */
    ON_TRIAL
  }

  private Fit fit(
      Eligible candidate, Standings now, @Nullable Host except, Object call, long nowNs) {
    if (!usable(candidate, now, except)) {
      return Fit.NO;
    }
    Standing standing = now.of(candidate.seat());
    Probation probation = standing.probation();
    if (probation != null) {
      // What failed elsewhere deserves a host that is known to be well.
      return except == null && probation.take(call, nowNs) ? Fit.ON_TRIAL : Fit.NO;
    }
    boolean in = standing.state() == Standing.State.IN && !health.full(candidate.seat());
    return in && (standing.share() >= 1 || random.nextDouble() < standing.share())
        ? Fit.YES
        : Fit.NO;
  }

  /** The one with less to do; where it is not known what a call costs, with fewer calls. */
  private Eligible lighter(Eligible first, Eligible second, long nowNs) {
    int firstCalls = link(first.host()).inFlight() + 1;
    int secondCalls = link(second.host()).inFlight() + 1;
    double firstNs = health.costNs(first.seat(), nowNs);
    double secondNs = health.costNs(second.seat(), nowNs);
    boolean known = firstNs > 0 && secondNs > 0;
    return firstCalls * (known ? firstNs : 1) <= secondCalls * (known ? secondNs : 1)
        ? first
        : second;
  }

  /** Whichever will do, once the draw found none. */
  private @Nullable Eligible any(
      Eligible[] eligible, int from, @Nullable Host except, Object call, long nowNs) {
    Standings now = health.standings();
    boolean wellButFull = false;
    Eligible atNeed = null;
    for (int i = 0; i < eligible.length; i++) {
      Eligible candidate = eligible[(from + i) % eligible.length];
      if (!usable(candidate, now, except)) {
        continue;
      }
      Standing standing = now.of(candidate.seat());
      boolean full = health.full(candidate.seat());
      if (standing.state() != Standing.State.IN) {
        if (fit(candidate, now, except, call, nowNs) == Fit.ON_TRIAL) {
          return candidate;
        }
        atNeed = standing.atNeed() && !full ? candidate : atNeed;
      } else if (!full) {
        // However slowly it should start.
        return candidate;
      }
      wellButFull |= standing.state() == Standing.State.IN;
    }
    return wellButFull ? null : atNeed;
  }

  /**
   * Chooses for a call that waits until one of them may be given calls.
   *
   * @param oneMore whether it may be one more than a host that is well may have
   * @return null when it waits on
   */
  public @Nullable Eligible chooseWaiting(
      Eligible[] eligible, boolean oneMore, Object call, long nowNs) {
    Eligible chosen = choose(eligible, null, call, nowNs);
    return chosen == null && oneMore ? oneMore(eligible) : chosen;
  }

  private @Nullable Eligible oneMore(Eligible[] eligible) {
    Standings now = health.standings();
    int from = eligible.length == 1 ? 0 : random.nextInt(eligible.length);
    for (int i = 0; i < eligible.length; i++) {
      Eligible candidate = eligible[(from + i) % eligible.length];
      Standing standing = now.of(candidate.seat());
      boolean well = standing.state() == Standing.State.IN && standing.share() >= 1;
      if (well && !health.overfull(candidate.seat()) && usable(candidate, now, null)) {
        return candidate;
      }
    }
    return null;
  }

  /**
   * Whether a host would be given the call, had it not as many as it can do when the choice was
   * made; those that still have hear of it.
   */
  public boolean turnedAway(Eligible[] eligible, long nowNs) {
    Standings now = health.standings();
    return turnedAway(eligible, now, false) || turnedAway(eligible, now, true);
  }

  private boolean turnedAway(Eligible[] eligible, Standings now, boolean atNeed) {
    boolean any = false;
    for (Eligible candidate : eligible) {
      Standing standing = now.of(candidate.seat());
      boolean in = standing.state() == Standing.State.IN;
      boolean takesCalls = atNeed ? !in && standing.atNeed() : in;
      if (takesCalls && usable(candidate, now, null)) {
        any = true;
        // Its limit may have grown since: then the call waits for the next look, and goes there.
        if (health.full(candidate.seat())) {
          health.turnedAway(candidate.seat());
        }
      }
    }
    return any;
  }

  /** What an answer of these hosts takes, as the mean of what they took lately; 0 if unknown. */
  public long usualNs(Eligible[] eligible) {
    long sumNs = 0;
    int known = 0;
    for (Eligible each : eligible) {
      long usualNs = health.usualNs(each.seat());
      sumNs += usualNs;
      known += usualNs > 0 ? 1 : 0;
    }
    return known == 0 ? 0 : sumNs / known;
  }

  /** Whether it was found of any of these hosts how many calls it can do at a time. */
  public boolean limited(Eligible[] eligible) {
    boolean any = false;
    for (Eligible each : eligible) {
      any |= health.limited(each.seat());
    }
    return any;
  }

  /** Calls of one message that these hosts have of this loop. */
  public long inFlight(Eligible[] eligible) {
    long count = 0;
    for (Eligible each : eligible) {
      count += health.inFlight(each.seat());
    }
    return count;
  }

  /** Whether a host could be reached, and is only not given calls because it failed too often. */
  public boolean resting(Eligible[] eligible, long nowNs) {
    Standings now = health.standings();
    for (Eligible candidate : eligible) {
      Standing.State state = now.of(candidate.seat()).state();
      boolean rests = state == Standing.State.OUT || state == Standing.State.ON_PROBATION;
      if (rests && usable(candidate, now, null)) {
        return true;
      }
    }
    return false;
  }

  /** How long a call must have lasted before its lateness says something about the host. */
  public long patienceNs(Eligible of) {
    return health.standings().of(of.seat()).patienceNs();
  }

  /** Whether a host is given calls for being well, and not for want of another. */
  public boolean well(Eligible host) {
    return health.standings().of(host.seat()).state() == Standing.State.IN;
  }

  /** After what time an answer is later than nearly all others of its version. */
  public long lateNs(Eligible of) {
    return health.standings().of(of.seat()).lateNs();
  }

  /**
   * Chooses the host of a sequence: the same one on every loop and gateway for as long as it may
   * answer, even while it rests or drains, because its state is there and nowhere else. Highest
   * random weight (Thaler and Ravishankar, 1998): when a host leaves, only its own sequences move.
   *
   * @return null when that host cannot be reached now
   */
  public @Nullable Eligible chooseFor(long sequence, Eligible[] eligible, long nowNs) {
    Eligible best = null;
    long bestWeight = 0;
    for (Eligible candidate : eligible) {
      long weight = mix(sequence ^ mix(candidate.host().id().hashCode()));
      if (best == null || weight > bestWeight) {
        best = candidate;
        bestWeight = weight;
      }
    }
    return best != null && link(best.host()).reachable() ? best : null;
  }

  /** Spreads the bits of a number (Steele, Lea and Flood, "SplitMix", 2014). */
  private static long mix(long number) {
    long mixed = (number ^ number >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }

  private boolean usable(Eligible candidate, Standings now, @Nullable Host except) {
    Host host = candidate.host();
    return !host.equals(except) && !now.draining(host) && link(host).reachable();
  }

  /**
   * Starts the attempt on the host; {@link #finished} must follow once, after {@link #asked} and
   * {@link #answers} or without them.
   *
   * @param call that it is made for
   */
  public void start(Eligible on, Attempt attempt, Object call, long nowNs) {
    if (attempt.single()) {
      health.started(on.seat());
    }
    Probation probation = health.standings().of(on.seat()).probation();
    Probation.Trial trial = probation == null ? null : probation.trial(call);
    if (trial != null) {
      attempt.onProbation(trial);
    }
    link(on.host()).start(attempt, nowNs);
  }

  /** The host has all of the request; one that {@link #answers} already is waited for no more. */
  public void asked(Eligible on, Attempt attempt) {
    if (attempt.single() && !attempt.shows().heard()) {
      health.asked(on.seat());
    }
  }

  /**
   * The first of the answer is here. What the answer takes from now on may be the caller's time, so
   * the host is done with the call as far as that shows how it is, and can do another one.
   */
  public void answers(Eligible on, Attempt attempt, long nowNs) {
    done(on.seat(), attempt, nowNs);
  }

  /** The attempt on this host is over, however it ended. */
  public void finished(Eligible on, Attempt attempt, long nowNs) {
    health.ended(on.seat(), attempt.shows().outcome());
    if (!attempt.shows().heard()) {
      done(on.seat(), attempt, nowNs);
    }
    link(on.host()).finished(attempt, nowNs);
  }

  private void done(int seat, Attempt attempt, long nowNs) {
    if (attempt.single()) {
      health.ended(seat, attempt.shows().asked());
    }
    long latencyNs = attempt.shows().latencyNs();
    if (latencyNs >= 0) {
      health.took(seat, latencyNs, nowNs);
      if (attempt.timedSlot() >= 0) {
        health.timed(attempt.timedSlot(), latencyNs);
      }
    }
  }

  @SuppressWarnings(
      "ReferenceEquality") // A host configured anew is another object, with its own connections.
  private HostLink link(Host host) {
    int index = host.index();
    if (index >= links.length) {
      links = Arrays.copyOf(links, index + 1);
    }
    HostLink link = links[index];
    if (link == null || link.host() != host) {
      if (link != null) {
        link.close();
      }
      link = new HostLink(host, shared);
      links[index] = link;
    }
    return link;
  }

  /** Closes every connection. */
  public void close() {
    for (HostLink link : links) {
      if (link != null) {
        link.close();
      }
    }
  }
}
