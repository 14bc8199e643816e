package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How hosts stand at one moment, for people. Confined to who holds the proofs' lock. */
record HostStatuses(HostProofs proofs, long nowNs, Instant now) {
  /** Of what a host says it holds and nobody configured: a lying host can say that without end. */
  static final int OTHERS_MAX = 20;

  /** Longer than any name that can be routed to. */
  static final int OTHER_NAME_CHARS_MAX = 256;

  HostStatus of(HostProof host) {
    Proven proven = host.proven;
    Proven said = host.said;
    List<HostStatus.HeldModel> models = said == null ? configured(host) : held(said);
    int saidCount = said == null ? models.size() : said.models().size();
    long nowUnixNs = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    return new HostStatus(
        host.enrolled.host(),
        host.state,
        host.reason,
        nowUnixNs - (nowNs - host.sinceNs),
        proven == null ? -1 : proofs.ageNs(proven),
        proven == null ? "" : proven.bootId(),
        proven == null ? "" : proven.binding(),
        models,
        saidCount - models.size(),
        host.attestations,
        host.alarms);
  }

  private List<HostStatus.HeldModel> configured(HostProof host) {
    List<HostStatus.HeldModel> models = new ArrayList<>();
    for (EnrolledHost.Serves serves : host.enrolled.serves()) {
      Target target = proofs.target(new Proven.Version(serves.model(), serves.version()));
      boolean expected = target != null && !target.attested();
      models.add(new HostStatus.HeldModel(serves.model(), serves.version(), "", expected, 0, ""));
    }
    return models;
  }

  private List<HostStatus.HeldModel> held(Proven said) {
    List<HostStatus.HeldModel> models = new ArrayList<>();
    int others = 0;
    for (var each : said.models().entrySet()) {
      Proven.Version version = each.getKey();
      Proven.Held held = each.getValue();
      Target target = proofs.target(version);
      if (target != null || (isShort(version) && ++others <= OTHERS_MAX)) {
        boolean expected = target != null && ProofCheck.isExpected(target, held);
        models.add(
            new HostStatus.HeldModel(
                version.model(),
                version.version(),
                held.digest(),
                expected,
                held.loadGeneration(),
                held.hashPoint()));
      }
    }
    return models;
  }

  private static boolean isShort(Proven.Version version) {
    return version.model().length() <= OTHER_NAME_CHARS_MAX
        && version.version().length() <= OTHER_NAME_CHARS_MAX;
  }
}
