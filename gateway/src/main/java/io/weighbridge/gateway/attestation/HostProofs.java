package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.NanoClock;
import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of every host's proof, and the host table that follows from it: time and answers go in,
 * nothing else happens. Not thread-safe: {@link Attestations} holds a lock.
 */
final class HostProofs {
  private final List<HostProof> hosts;
  private final AttestationTiming timing;
  private final NanoClock clock;
  private final TableBuilder tables;
  private List<Target> targets = List.of();

  HostProofs(
      Collection<EnrolledHost> enrolled, AttestationTiming timing, NanoClock clock, Seats seats) {
    long nowNs = clock.nowNs();
    this.hosts = enrolled.stream().map(host -> new HostProof(host, nowNs)).toList();
    this.timing = timing;
    this.clock = clock;
    this.tables = new TableBuilder(timing, seats);
  }

  /** A host and why it is quarantined. */
  record Found(int host, Alarm alarm) {}

  /** A host that changed state by itself. */
  record Expired(int host) {}

  HostProof host(int index) {
    return hosts.get(index);
  }

  List<HostProof> all() {
    return hosts;
  }

  List<Target> targets() {
    return targets;
  }

  /** Takes the versions configured now; hosts already known to hold one wrongly are returned. */
  List<Found> expect(Collection<Target> configured) {
    targets = List.copyOf(configured);
    tables.expect(targets);
    List<Found> found = new ArrayList<>();
    for (int i = 0; i < hosts.size(); i++) {
      Proven proven = hosts.get(i).proven;
      Alarm alarm = proven == null ? null : ProofCheck.wrongDigest(proven, targets);
      if (alarm != null) {
        found.add(new Found(i, alarm));
      }
    }
    return found;
  }

  /** What is wrong with a verified statement, or null; changes nothing. */
  @Nullable Alarm judge(int index, Proven statement) {
    HostProof host = hosts.get(index);
    return ProofCheck.judge(host.proven, host.earlierBootIds, statement, targets);
  }

  /**
   * Takes a recorded statement into account.
   *
   * @param incarnation of the host when its challenge was sent
   * @return what is wrong with it by now, or null
   */
  @Nullable Alarm prove(int index, Proven recorded, long incarnation) {
    HostProof host = hosts.get(index);
    if (isVoid(host, incarnation)) {
      return null;
    }
    Alarm alarm = judge(index, recorded);
    if (alarm == null) {
      host.succeed(recorded);
      host.attestations.merge("verified", 1L, Long::sum);
      host.enter(HostState.PROVED, "", clock.nowNs());
    }
    return alarm;
  }

  /**
   * A challenge got no answer.
   *
   * @return whether the host was not late before
   */
  boolean late(int index, String why, long incarnation) {
    HostProof host = hosts.get(index);
    if (isVoid(host, incarnation)) {
      return false;
    }
    host.attestations.merge("late", 1L, Long::sum);
    boolean news = host.state == HostState.PROVED || host.state == HostState.CONNECTING;
    if (host.proven == null) {
      host.enter(HostState.UNREACHABLE, why, clock.nowNs());
    } else {
      host.enter(holds(host.proven) ? HostState.STALE : HostState.EXPIRED, why, clock.nowNs());
    }
    return news;
  }

  /** Whether a challenge of this incarnation was overtaken by a quarantine or a release. */
  boolean isVoid(int index, long incarnation) {
    return isVoid(hosts.get(index), incarnation);
  }

  private static boolean isVoid(HostProof host, long incarnation) {
    return host.incarnation != incarnation || host.state == HostState.QUARANTINED;
  }

  /** Takes a host out until it is released; false when it is out already. */
  boolean quarantine(int index, Alarm alarm) {
    HostProof host = hosts.get(index);
    if (host.state == HostState.QUARANTINED) {
      return false;
    }
    host.alarms.merge(alarm.reason(), 1L, Long::sum);
    host.incarnation++;
    host.enter(HostState.QUARANTINED, alarm.reason() + ": " + alarm.detail(), clock.nowNs());
    return true;
  }

  /** A host was quarantined before this start. */
  void restore(int index, String why) {
    hosts.get(index).enter(HostState.QUARANTINED, why, clock.nowNs());
  }

  /** An alarm that leaves the host in rotation. */
  void countAlarm(int index, Alarm alarm) {
    hosts.get(index).alarms.merge(alarm.reason(), 1L, Long::sum);
  }

  /** A challenge was answered with something that is not to be believed. */
  void rejected(int index, @Nullable Proven said) {
    HostProof host = hosts.get(index);
    host.attestations.merge("rejected", 1L, Long::sum);
    host.said = said == null ? host.said : said;
  }

  /** Ends a quarantine: the host has everything to prove again. False when it is in none. */
  boolean release(int index) {
    HostProof host = hosts.get(index);
    if (host.state != HostState.QUARANTINED) {
      return false;
    }
    host.forget();
    host.enter(host.unjudged(), "released", clock.nowNs());
    return true;
  }

  /**
   * A connection to the host showed this boot id. Another than the proved one may be a restart that
   * is not attested yet; it is a second process when the host has proved the old one since.
   */
  @Nullable Alarm seen(int index, String bootId) {
    HostProof host = hosts.get(index);
    Proven proven = host.proven;
    if (proven == null || proven.bootId().equals(bootId) || host.earlierBootIds.contains(bootId)) {
      return null;
    }
    if (host.strangerRefuted && host.stranger.equals(bootId)) {
      return Alarm.of(
          Alarm.BOOT_ID_CONFLICT,
          "two processes behind one address: %s proves itself, %s answers calls"
              .formatted(proven.bootId(), bootId));
    }
    if (!host.stranger.equals(bootId)) {
      host.stranger = bootId;
      host.strangerRefuted = false;
      host.strangerSeenNs = clock.nowNs();
    }
    return null;
  }

  /** Lets time pass: proofs that no longer hold expire. */
  List<Expired> tick() {
    List<Expired> expired = new ArrayList<>();
    for (int i = 0; i < hosts.size(); i++) {
      HostProof host = hosts.get(i);
      boolean counts = host.state == HostState.PROVED || host.state == HostState.STALE;
      if (counts && host.proven != null && !holds(host.proven)) {
        String why = host.reason.isEmpty() ? "no answer in time" : host.reason;
        host.enter(HostState.EXPIRED, why, clock.nowNs());
        expired.add(new Expired(i));
      }
    }
    return expired;
  }

  /** Time until the table changes by itself; {@link Long#MAX_VALUE} when it does not. */
  long untilNextChangeNs() {
    long soonest = Long.MAX_VALUE;
    for (HostProof host : hosts) {
      Proven proven = host.proven;
      if (proven == null || host.state == HostState.QUARANTINED) {
        continue;
      }
      long leftNs = timing.holdNs() - ageNs(proven);
      // A proof of exactly that age still holds: the change comes one nanosecond later.
      long untilNs = (leftNs >= 0 ? leftNs : leftNs + timing.staleMaxNs()) + 1;
      if (untilNs > 0) {
        soonest = Math.min(soonest, untilNs);
      }
    }
    return soonest;
  }

  long ageNs(Proven proven) {
    return clock.nowNs() - proven.provedAtNs();
  }

  private boolean holds(Proven proven) {
    return ageNs(proven) <= timing.holdNs();
  }

  /** Who may answer for what, now. */
  HostTable table() {
    return tables.build(hosts, clock.nowNs());
  }

  /** The configured version of this name, or null. */
  @Nullable Target target(Proven.Version version) {
    return tables.target(version);
  }

  /** Hosts that hold a version at all, as far as they said. */
  int knownHosts(String model, String version) {
    int known = 0;
    for (HostProof host : hosts) {
      Proven proven = host.proven;
      boolean holds = proven != null && proven.held(model, version) != null;
      if (holds || host.enrolled.serves().contains(new EnrolledHost.Serves(model, version))) {
        known++;
      }
    }
    return known;
  }
}
