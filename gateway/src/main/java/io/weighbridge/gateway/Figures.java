package io.weighbridge.gateway;

import io.netty.util.internal.PlatformDependent;
import io.weighbridge.gateway.attestation.Attestations;
import io.weighbridge.gateway.attestation.HostCounters;
import io.weighbridge.gateway.attestation.HostStatus;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.observe.GatewayFigures;
import io.weighbridge.gateway.pipeline.CurrentTables;
import io.weighbridge.gateway.pipeline.Tables;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.tls.TlsContexts;
import io.weighbridge.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the metrics page asks the rest of the gateway. Thread-safe. */
final class Figures implements GatewayFigures {
  private final Ledger ledger;
  private final Attestations attestations;
  private final HostCounters counters;
  private final CurrentTables tables;
  private final Readiness readiness;
  private final TlsContexts tls;

  Figures(
      Ledger ledger,
      Attestations attestations,
      HostCounters counters,
      CurrentTables tables,
      Readiness readiness,
      TlsContexts tls) {
    this.tls = tls;
    this.counters = counters;
    this.ledger = ledger;
    this.attestations = attestations;
    this.tables = tables;
    this.readiness = readiness;
  }

  @Override
  public Ledger.Status ledger() {
    return ledger.status();
  }

  @Override
  public boolean ledgerAccepting() {
    return ledger.accepting();
  }

  @Override
  public List<HostFigures> hosts() {
    return attestations.hosts().stream().map(this::figures).toList();
  }

  private HostFigures figures(HostStatus status) {
    return new HostFigures(
        status.host().id(),
        status.state().word(),
        status.proofAgeNs(),
        counters.inFlight(status.host()),
        counts(status.attestations()),
        counts(status.alarms()));
  }

  private static List<Count> counts(Map<String, Long> byName) {
    return byName.entrySet().stream()
        .map(entry -> new Count(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Override
  public List<VersionHosts> versions() {
    Tables now = tables.get();
    List<VersionHosts> all = new ArrayList<>();
    for (ModelRoute model : now.routes().models()) {
      for (Target target : model.targets()) {
        all.add(
            new VersionHosts(
                target.model(), target.version(), now.hosts().eligible(target.slot()).length));
      }
    }
    return all;
  }

  @Override
  public long routeEpoch() {
    return tables.get().routes().epoch();
  }

  @Override
  public List<CertificateFigures> certificates() {
    return tls.figures().stream()
        .map(figure ->
            new CertificateFigures(
                figure.use(),
                figure.notAfterUnixS(),
                figure.failed(),
                figure.takenCount(),
                figure.notTakenCount()))
        .toList();
  }

  @Override
  public long directBytes() {
    return PlatformDependent.usedDirectMemory();
  }

  @Override
  public List<String> notReady() {
    return readiness.notReady();
  }
}
