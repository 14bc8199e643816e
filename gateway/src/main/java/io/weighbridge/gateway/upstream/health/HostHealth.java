package io.weighbridge.gateway.upstream.health;

import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The health of every version on every host, as calls show it. Thread-safe: one thread looks at
 * what event loops counted, every {@link #LOOK_NS}, and publishes what they choose hosts by.
 */
public final class HostHealth implements AutoCloseable {
  /** Often enough to act within a second on several looks. */
  public static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final LoopHealth.Counts NOTHING = new LoopHealth.Counts();

  private final AtomicReference<Standings> published = new AtomicReference<>(Standings.NONE);
  private final List<LoopHealth> loops;
  private final Ticker ticker;
  private final Clock clock;
  private final HealthLimits limits;
  private final Supplier<List<Version>> versions;

  /** Connected to since the last look. */
  private final Set<Host> connected = ConcurrentHashMap.newKeySet();

  /** Seats that are not ready as far as asking shows, and whether the host itself says so. */
  private final Map<Integer, Boolean> unready = new ConcurrentHashMap<>();

  /** Seats of which that changed since the last look. */
  private final Set<Integer> asked = ConcurrentHashMap.newKeySet();

  private final LookThread thread =
      new LookThread(
          "host-health",
          this::look,
          "the health of hosts could not be judged; what was known stays in force");

  // All below are guarded by this.
  private final Map<Integer, SeatHealth> seats = new HashMap<>();
  private final Map<Integer, HostPace> paces = new HashMap<>();
  private final Map<Integer, VersionHealth> bySlot = new HashMap<>();
  private @Nullable Standing[] standings = new Standing[0];
  private BitSet draining = new BitSet();

  /** Filled anew for each seat, and each version, that is looked at: a look allocates neither. */
  private final LoopHealth.Counts counts = new LoopHealth.Counts();

  private final int[] latencies = new int[LatencyCounts.BUCKETS];

  /** How late this gateway is itself. */
  private long lagNs;

  private final Activity activity = new Activity();

  /** The hosts that serve a version. */
  public record Version(int slot, List<Eligible> hosts) {
    public Version {
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * Health of the hosts that serve these versions; nobody looks before {@link #start}.
   *
   * @param ticker of the event loops
   * @param versions those there are now
   */
  public HostHealth(
      int loopCount, Ticker ticker, HealthLimits limits, Supplier<List<Version>> versions) {
    int first = Math.ceilDiv(limits.inFlightFirst(), loopCount);
    loops =
        IntStream.range(0, loopCount)
            .mapToObj(_ -> new LoopHealth(published, connected, first, ticker))
            .toList();
    this.ticker = ticker;
    clock = new TickerClock(ticker);
    this.limits = limits;
    this.versions = versions;
  }

  /** What the loop of this index counts into and chooses by. */
  public LoopHealth loop(int index) {
    return loops.get(index);
  }

  /** Begins to look, every {@link #LOOK_NS}. */
  public void start() {
    thread.start(LOOK_NS);
  }

  /**
   * These rest until they are {@link #ready}, from the next look on. Any thread.
   *
   * @param seats see {@link io.weighbridge.gateway.call.Seats}
   * @param said whether the host says so; else it gives no answer, which is held against it only
   *     while it answers no calls either
   */
  public void notReady(Set<Integer> seats, boolean said) {
    for (Integer seat : seats) {
      unready.put(seat, said);
      asked.add(seat);
    }
  }

  /** Nothing is held against these any more, or never was. Any thread. */
  public void ready(Set<Integer> seats) {
    for (Integer seat : seats) {
      if (unready.remove(seat) != null) {
        asked.add(seat);
      }
    }
  }

  /**
   * Takes what was counted since the last look, judges, and publishes what changed.
   *
   * @return how many versions it had to look at
   */
  public synchronized int look() {
    long nowNs = ticker.nanoTime();
    Set<Host> fresh = Set.copyOf(connected);
    connected.removeAll(fresh);
    boolean news = false;
    Set<Integer> told = Set.copyOf(asked);
    asked.removeAll(told);
    told.forEach(activity::touched);
    List<Version> due = activity.take(versions.get(), loops);
    lagNs = loops.stream().mapToLong(loop -> loop.lag().ns(nowNs)).max().orElse(0);
    for (Version version : due) {
      news |= look(version, fresh, nowNs);
    }
    if (news) {
      publish();
    }
    return due.size();
  }

  private void publish() {
    published.setRelease(new Standings(standings.clone(), draining));
  }

  /** New calls keep away from these hosts, and from no other, from now on. */
  public synchronized void drain(Collection<Host> hosts) {
    BitSet next = new BitSet();
    hosts.forEach(host -> next.set(host.index()));
    draining = next;
    activity.all();
    publish();
  }

  /** Whether new calls keep away from a host. */
  public boolean draining(Host host) {
    return published.getAcquire().draining(host);
  }

  private boolean look(Version version, Set<Host> fresh, long nowNs) {
    SeatHealth.Moment at = new SeatHealth.Moment(nowNs, lagNs);
    List<SeatHealth> hosts = new ArrayList<>(version.hosts().size());
    VersionHealth health = bySlot.computeIfAbsent(version.slot(), _ -> new VersionHealth());
    slowStart(version, health.newcomers().take(version, draining, nowNs), nowNs);
    int drainingCount = 0;
    for (Eligible eligible : version.hosts()) {
      counts.set(NOTHING);
      for (LoopHealth loop : loops) {
        loop.add(eligible.seat(), counts);
      }
      SeatHealth host = seat(eligible);
      if (host != null) {
        if (fresh.contains(host.host)) {
          host.connected(health.slowNs(), nowNs);
        }
        host.take(counts, at, health.slowNs(), health.panic());
        host.asked(unready.get(eligible.seat()), nowNs, health.slowNs());
        host.shares().tell(loops, host, host.probing());
        if (!host.settled() || unready.containsKey(eligible.seat())) {
          activity.again(version);
        }
      }
      if (draining.get(eligible.host().index())) {
        // Only those that get calls are measured by each other.
        drainingCount++;
      } else if (host != null) {
        hosts.add(host);
      }
    }
    if (health.late().due(nowNs)) {
      time(version.slot(), health.late(), nowNs);
    }
    health.judge(hosts, version.hosts().size() - drainingCount, at);
    boolean news = false;
    boolean quiet = true;
    for (SeatHealth host : hosts) {
      quiet &= host.quiet();
      news |= stand(host.seat, host.standing(health, nowNs));
    }
    activity.quiet(version, quiet);
    return news;
  }

  /**
   * Lets hosts that are new start slowly, where others can carry the calls meanwhile: never more
   * than half of those that get calls.
   */
  private void slowStart(Version version, List<Eligible> newcomers, long nowNs) {
    if (newcomers.isEmpty()) {
      return;
    }
    int served = 0;
    int starting = 0;
    for (Eligible eligible : version.hosts()) {
      SeatHealth known = seats.get(eligible.seat());
      served += draining.get(eligible.host().index()) ? 0 : 1;
      starting += newcomers.contains(eligible) || (known != null && known.starting()) ? 1 : 0;
    }
    if (2 * starting <= served) {
      for (Eligible eligible : newcomers) {
        seats.computeIfAbsent(eligible.seat(), _ -> newSeat(eligible)).starts(nowNs);
      }
    }
  }

  private SeatHealth newSeat(Eligible eligible) {
    HostPace pace = paces.computeIfAbsent(eligible.host().index(), _ -> new HostPace());
    return new SeatHealth(
        eligible.host(), new LoopShares(eligible.seat(), loops.size()), clock, limits, pace);
  }

  private void time(int slot, LatePoint late, long nowNs) {
    Arrays.fill(latencies, 0);
    boolean any = false;
    for (LoopHealth loop : loops) {
      any |= loop.latencies().addTo(slot, latencies);
    }
    if (any) {
      late.take(latencies, nowNs);
    }
  }

  /** What is known of a seat; null while it never had a call and is ready, which costs nothing. */
  private @Nullable SeatHealth seat(Eligible eligible) {
    SeatHealth known = seats.get(eligible.seat());
    if (known == null && (!counts.nothing() || unready.containsKey(eligible.seat()))) {
      known = newSeat(eligible);
      seats.put(eligible.seat(), known);
    }
    return known;
  }

  /** Whether this is another standing than before. */
  private boolean stand(int seat, Standing now) {
    if (seat >= standings.length) {
      standings = Arrays.copyOf(standings, Math.max(seat + 1, 2 * standings.length));
    }
    boolean news = !now.equals(standings[seat]);
    if (news) {
      standings[seat] = now;
    }
    return news;
  }

  /** How each version stands on each host that serves it, if there is anything to tell. */
  public synchronized List<SeatReport> reports() {
    List<SeatReport> reports = new ArrayList<>();
    for (Version version : versions.get()) {
      VersionHealth health = bySlot.get(version.slot());
      for (Eligible eligible : version.hosts()) {
        SeatHealth host = seats.get(eligible.seat());
        if (host != null && health != null) {
          reports.add(host.report(version.slot(), health.panic()));
        }
      }
    }
    return reports;
  }

  /**
   * How often, and whether now, the rest of a version's hosts was not respected, because too many
   * of them rested.
   */
  public synchronized Panic panic(int slot) {
    VersionHealth health = bySlot.get(slot);
    return health == null ? new Panic(false, 0) : new Panic(health.panic(), health.panics());
  }

  /** See {@link #panic}. */
  public record Panic(boolean now, long count) {}

  /** Looks no more. */
  @Override
  public void close() {
    thread.close();
  }
}
