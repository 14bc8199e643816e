package io.weighbridge.gateway;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import io.weighbridge.gateway.admission.PressureCause;
import io.weighbridge.gateway.attestation.HostStatus;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.observe.GatewayFigures;
import io.weighbridge.gateway.pipeline.CurrentTables;
import io.weighbridge.gateway.tls.TlsContexts;
import io.weighbridge.gateway.upstream.health.SeatReport;
import io.weighbridge.ledger.Ledger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the metrics page asks the rest of the gateway. Thread-safe. */
final class Figures implements GatewayFigures {
  private final Ledger ledger;
  private final KnownHosts known;
  private final CurrentTables tables;
  private final Readiness readiness;
  private final TlsContexts tls;
  private final DataPath path;

  Figures(
      Ledger ledger,
      KnownHosts known,
      CurrentTables tables,
      Readiness readiness,
      TlsContexts tls,
      DataPath path) {
    this.path = path;
    this.tls = tls;
    this.ledger = ledger;
    this.known = known;
    this.tables = tables;
    this.readiness = readiness;
  }

  @Override
  public Ledger.Status ledger() {
    return ledger.status();
  }

  @Override
  public List<Count> shedPercents() {
    return Stream.of(PressureCause.values())
        .map(cause -> new Count(cause.word(), path.shedPercent(cause)))
        .toList();
  }

  @Override
  public boolean callsRecorded() {
    return path.recordsCalls();
  }

  @Override
  public boolean ledgerAccepting() {
    return ledger.accepting();
  }

  @Override
  public List<HostFigures> hosts() {
    Map<HostTable.Host, Map<String, Long>> rests = new HashMap<>();
    for (SeatReport report : known.health().reports()) {
      Map<String, Long> ofHost = rests.computeIfAbsent(report.host(), _ -> new TreeMap<>());
      report.rests().forEach((reason, count) -> ofHost.merge(reason.word(), count, Long::sum));
    }
    return known.attestations().hosts().stream()
        .map(status -> figures(status, rests.getOrDefault(status.host(), Map.of())))
        .toList();
  }

  private HostFigures figures(HostStatus status, Map<String, Long> rests) {
    return new HostFigures(
        status.host().id(),
        status.state().word(),
        status.proofAgeNs(),
        known.health().draining(status.host()),
        known.counters().inFlight(status.host()),
        counts(status.attestations()),
        counts(status.alarms()),
        counts(rests),
        counts(known.checks().report(status.host()).answers()));
  }

  private static List<Count> counts(Map<String, Long> byName) {
    return byName.entrySet().stream()
        .map(entry -> new Count(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Override
  public List<VersionHosts> versions() {
    return new VersionFigures(known.health(), tables).all();
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
  public long buffersHeldBytes() {
    return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
  }

  @Override
  public List<String> notReady() {
    return readiness.notReady();
  }
}
