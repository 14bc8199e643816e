package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Proof;
import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Works out who may answer for what, from what the hosts proved. Confined to its {@link
 * HostProofs}. Its cost follows the number of versions that hosts hold, not versions times hosts.
 */
final class TableBuilder {
  private static final Eligible[] NOBODY = {};

  private final AttestationTiming timing;
  private final Seats seats;
  private Map<Proven.Version, Target> targets = Map.of();
  private int slots;

  TableBuilder(AttestationTiming timing, Seats seats) {
    this.timing = timing;
    this.seats = seats;
  }

  /** Takes the versions configured now. */
  void expect(Collection<Target> configured) {
    Map<Proven.Version, Target> byVersion = new HashMap<>();
    slots = 0;
    for (Target target : configured) {
      byVersion.put(new Proven.Version(target.model(), target.version()), target);
      slots = Math.max(slots, target.slot() + 1);
    }
    targets = byVersion;
  }

  /** The configured version of this name, or null. */
  @Nullable Target target(Proven.Version version) {
    return targets.get(version);
  }

  /** The table at this moment. */
  HostTable build(Collection<HostProof> hosts, long nowNs) {
    Map<Target, List<HostProof>> holders = new HashMap<>();
    for (HostProof host : hosts) {
      addVersions(host, holders);
    }
    Eligible[][] bySlot = new Eligible[slots][];
    Arrays.fill(bySlot, NOBODY);
    holders.forEach((target, found) -> bySlot[target.slot()] = eligible(target, found, nowNs));
    return new HostTable(bySlot);
  }

  private void addVersions(HostProof host, Map<Target, List<HostProof>> holders) {
    if (host.state == HostState.QUARANTINED) {
      return;
    }
    if (host.enrolled.key() == null) {
      for (EnrolledHost.Serves serves : host.enrolled.serves()) {
        Target target = targets.get(new Proven.Version(serves.model(), serves.version()));
        if (target != null && !target.attested()) {
          holders.computeIfAbsent(target, _ -> new ArrayList<>()).add(host);
        }
      }
    } else if (host.proven != null) {
      host.proven
          .models()
          .forEach((version, held) -> {
            Target target = targets.get(version);
            if (target != null && ProofCheck.isExpected(target, held)) {
              holders.computeIfAbsent(target, _ -> new ArrayList<>()).add(host);
            }
          });
    }
  }

  /** Those whose proof holds; if there are none, the one that proved last, for a while. */
  private Eligible[] eligible(Target target, List<HostProof> holders, long nowNs) {
    List<Eligible> eligible = new ArrayList<>();
    HostProof last = null;
    long lastAgeNs = timing.holdNs() + timing.staleMaxNs();
    for (HostProof host : holders) {
      long ageNs = host.proven == null ? 0 : nowNs - host.proven.provedAtNs();
      if (ageNs <= timing.holdNs()) {
        eligible.add(eligible(host, target, Proof.VERIFIED));
      } else if (ageNs <= lastAgeNs) {
        last = host;
        lastAgeNs = ageNs;
      }
    }
    if (eligible.isEmpty() && last != null) {
      eligible.add(eligible(last, target, Proof.STALE));
    }
    return eligible.toArray(NOBODY);
  }

  private Eligible eligible(HostProof host, Target target, Proof proof) {
    Proven proven = host.proven;
    Proven.Held held = proven == null ? null : proven.held(target.model(), target.version());
    return new Eligible(
        host.enrolled.host(),
        target.attested() ? proof : Proof.UNVERIFIED,
        proven == null ? "" : proven.bootId(),
        proven == null ? null : proven.tlsKeyHash(),
        held == null ? 0 : held.loadGeneration(),
        proven == null ? 0 : proven.attestationLeafPlusOne(),
        seats.of(host.enrolled.host(), target.slot()));
  }
}
