package io.weighbridge.gateway.upstream;

import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The hosts as one event loop sees them. Confined to its event loop.
 *
 * <p>Of the hosts that may answer, two are drawn at random and the one with fewer calls of this
 * loop in flight is taken (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing",
 * 2001): nearly as even as asking all of them.
 */
public final class Upstream {
  private final Connector connector;
  private final UpstreamLimits limits;
  private final RandomGenerator random;
  private final UpstreamEvents events;
  private final Ticker ticker;
  private @Nullable HostLink[] links = new HostLink[0];

  /** The upstream of one loop, by the loop's clock. */
  public Upstream(
      Connector connector,
      UpstreamLimits limits,
      RandomGenerator random,
      UpstreamEvents events,
      Ticker ticker) {
    this.connector = connector;
    this.limits = limits;
    this.random = random;
    this.events = events;
    this.ticker = ticker;
  }

  /**
   * Chooses among the hosts that may answer.
   *
   * @param except a host that was tried already, or null
   * @return null when none of them can be reached now
   */
  public @Nullable Eligible choose(Eligible[] eligible, @Nullable Host except, long nowNs) {
    int count = eligible.length;
    if (count == 0) {
      return null;
    }
    int firstAt = count == 1 ? 0 : random.nextInt(count);
    Eligible first = usable(eligible[firstAt], except, nowNs);
    if (count == 1) {
      return first;
    }
    int secondAt = (firstAt + 1 + (count == 2 ? 0 : random.nextInt(count - 1))) % count;
    Eligible second = usable(eligible[secondAt], except, nowNs);
    if (first != null && second != null) {
      return link(first.host()).inFlight() <= link(second.host()).inFlight() ? first : second;
    }
    if (first != null || second != null) {
      return first != null ? first : second;
    }
    for (Eligible candidate : eligible) {
      Eligible found = usable(candidate, except, nowNs);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /**
   * Chooses the host of a sequence: the same one on every loop and gateway for as long as it may
   * answer, because its state is there and nowhere else. Highest random weight (Thaler and
   * Ravishankar, 1998): when a host leaves, only its own sequences move.
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
    return best == null ? null : usable(best, null, nowNs);
  }

  /** Spreads the bits of a number (Steele, Lea and Flood, "SplitMix", 2014). */
  private static long mix(long number) {
    long mixed = (number ^ number >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }

  private @Nullable Eligible usable(Eligible candidate, @Nullable Host except, long nowNs) {
    return candidate.host().equals(except) || !link(candidate.host()).reachable(nowNs)
        ? null
        : candidate;
  }

  /** Starts the attempt on the host; {@link #finished} must follow once. */
  public void start(Host host, Attempt attempt, long nowNs) {
    link(host).start(attempt, nowNs);
  }

  /** The attempt on this host is over, however it ended. */
  public void finished(Host host, long nowNs) {
    link(host).finished(nowNs);
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
      link = new HostLink(host, connector, limits, random, events, ticker);
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
